"""The policies of the programmes that the charity's documents name, as data to start from.

Each says in `source` where its criteria come from and what the documents leave open. A charity publishes its
own versions; these are never edited in place.
"""

from functools import cache
from importlib import resources

from app.domain.eligibility.policy import PolicyDocument


@cache
def names() -> tuple[str, ...]:
    """The names `load` knows, in alphabetical order."""
    files = resources.files(__name__).iterdir()
    return tuple(sorted(file.name.removesuffix(".json") for file in files if file.name.endswith(".json")))


@cache
def load(name: str) -> PolicyDocument:
    """A seeded policy by name. KeyError if there is none of that name."""
    if name not in names():
        raise KeyError(name)
    text = resources.files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8")
    return PolicyDocument.model_validate_json(text)
