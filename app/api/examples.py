"""An example of each answer, for the OpenAPI document. A test validates every one against its schema."""

from typing import Any

RESPONSE_EXAMPLES: dict[str, Any] = {}
