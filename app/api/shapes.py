"""Shapes that only the documentation needs: pages, problems, and how routes declare what they answer."""

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field

T = TypeVar("T")


class PageOf(BaseModel, Generic[T]):
    """A page of a list."""

    items: list[T]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


def made(shape: Any) -> dict[int | str, dict[str, Any]]:
    """201 with a Location and an ETag."""
    headers = {
        "Location": {"description": "The address of what was made.", "schema": {"type": "string"}},
        "ETag": {"description": "Its version, for If-Match.", "schema": {"type": "string"}},
    }
    return {201: {"model": shape, "description": "Made.", "headers": headers}}


def found(shape: Any) -> dict[int | str, dict[str, Any]]:
    """200 with an ETag."""
    return {
        200: {
            "model": shape,
            "description": "Here it is.",
            "headers": {"ETag": {"description": "Its version, for If-Match.", "schema": {"type": "string"}}},
        },
        304: {"description": "You have it already (If-None-Match)."},
    }


def changed(shape: Any) -> dict[int | str, dict[str, Any]]:
    """200 with what it became."""
    return {
        200: {
            "model": shape,
            "description": "Changed; this is what it became.",
            "headers": {"ETag": {"description": "Its new version, for If-Match.", "schema": {"type": "string"}}},
        }
    }


def page(shape: Any) -> dict[int | str, dict[str, Any]]:
    """200 with a page."""
    return {200: {"model": PageOf[shape], "description": "A page of the list, in the order asked for."}}
