"""An example of each answer, for the OpenAPI document; the requests' examples stand beside their models.

Everybody in them is invented. Ids are the demo's where it has fixed ones. A test validates each against its schema.
"""

from app.api.examples.answers import ANSWERS as RESPONSE_EXAMPLES
from app.api.examples.attach import add_examples

__all__ = ["RESPONSE_EXAMPLES", "add_examples"]
