"""Puts the examples where they belong in the document."""

from typing import Any

from app.api.examples.access import TOKEN_REQUESTS
from app.api.examples.answers import ANSWERS

_REQUESTS = {"token": TOKEN_REQUESTS}


def add_examples(document: dict[str, Any]) -> None:
    """One for each shape that a success can have; several where the answer depends on who asks."""
    schemas = document["components"]["schemas"]
    for item in document["paths"].values():
        for operation in item.values():
            name = operation["operationId"]
            if name in _REQUESTS:
                for media in operation["requestBody"]["content"].values():
                    media["examples"] = _REQUESTS[name]
            for status, response in operation["responses"].items():
                media = response.get("content", {}).get("application/json")
                if status.startswith("2") and media is not None:
                    _add(media, _examples(media["schema"], schemas) or {name: ANSWERS.get(name)})


def _add(media: dict[str, Any], found: dict[str, Any]) -> None:
    if len(found) > 1:
        media["examples"] = {name: {"value": example} for name, example in found.items()}
    else:
        media["example"] = next(iter(found.values()))


def _examples(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """The examples of a schema by the name of the shape: its own, its alternatives', or a page of its items'."""
    if "anyOf" in schema:
        return {name: found for one in schema["anyOf"] for name, found in _examples(one, schemas).items()}
    if "$ref" not in schema:
        return {}
    name = schema["$ref"].rsplit("/", 1)[-1]
    if name in ANSWERS:
        return {name: ANSWERS[name]}
    items = schemas[name].get("properties", {}).get("items", {}).get("items", {})
    return {shape: {"items": [one], "next": None} for shape, one in _examples(items, schemas).items()}
