"""Every route says who may call it, what it does, and how a retry or a race is met."""

from collections import Counter
from typing import Any

import pytest
from fastapi.routing import APIRoute

from app.api.openapi import api_routes, permission_of
from app.main import bare_app

ANONYMOUS = {
    "token",
    "jwks",
    "metadata",
    "list_problems",
    "read_problem",
    "liveness",
    "readiness",
    "metrics",
    "read_calendar",
    "enter_code",
    "directory_metadata",
    "list_directory_services",
    "read_directory_service",
}
"""Before a token there is nobody; probes, keys, the pages about problems and the directory tell nothing about anyone."""

ONLY_ASKS = {"ask_forecast", "ask_mentors_needed"}
"""A question about one thing with a body, which changes and keeps nothing."""

ANSWERED_ONCE = {"issue_secret", "create_calendar_feed", "issue_reconnect_card"}
"""Makes something and takes no Idempotency-Key: the answer would have to be kept, and it holds a secret."""

APP = bare_app()
ROUTES = list(api_routes(APP))


def _named(routes: list[APIRoute]) -> Any:
    return pytest.mark.parametrize("route", routes, ids=lambda route: route.name)


def _operation(route: APIRoute) -> dict[str, Any]:
    [method] = route.methods or ()
    operation: dict[str, Any] = APP.openapi()["paths"][route.path_format][method.lower()]
    return operation


def _headers(route: APIRoute) -> set[str]:
    return {one["name"] for one in _operation(route).get("parameters", ()) if one["in"] == "header"}


def _makes(route: APIRoute) -> bool:
    return route.methods == {"POST"} and route.status_code == 201


def _changes(route: APIRoute) -> bool:
    """PATCH, PUT, and the POSTs that move one thing a step: those on a thing's own address that make nothing."""
    step = route.methods == {"POST"} and "{" in route.path and not _makes(route) and route.name not in ONLY_ASKS
    return step or bool({"PATCH", "PUT"} & set(route.methods or ()))


@_named(ROUTES)
def test_a_route_needs_a_permission_or_is_on_the_list_of_anonymous_ones(route: APIRoute) -> None:
    assert (permission_of(route) is None) == (route.name in ANONYMOUS)
    # A card's code is entered among what it belongs to: the contract names the address.
    assert route.path.startswith("/v1/") == (route.name not in ANONYMOUS - {"enter_code"})


@_named(ROUTES)
def test_a_route_is_described(route: APIRoute) -> None:
    assert route.summary
    assert route.description
    assert route.tags
    assert len(route.summary) <= 60
    assert not route.summary.endswith(".")


def test_operation_ids_and_summaries_are_unique() -> None:
    for field in ("operationId", "summary"):
        repeated = [value for value, n in Counter(_operation(route)[field] for route in ROUTES).items() if n > 1]
        assert repeated == []


def test_the_lists_of_exceptions_name_what_is_there() -> None:
    assert {route.name for route in ROUTES} >= ANONYMOUS | ANSWERED_ONCE | ONLY_ASKS


@_named([route for route in ROUTES if _makes(route)])
def test_what_makes_something_takes_an_idempotency_key(route: APIRoute) -> None:
    assert ("Idempotency-Key" in _headers(route)) == (route.name not in ANSWERED_ONCE)


@_named([route for route in ROUTES if _changes(route)])
def test_what_changes_something_takes_the_version_that_was_read(route: APIRoute) -> None:
    assert "If-Match" in _headers(route)
    assert {"412", "428"} <= _operation(route)["responses"].keys()


@_named(ROUTES)
def test_what_only_reads_is_a_get_and_takes_neither(route: APIRoute) -> None:
    if route.methods == {"GET"} or route.name in ONLY_ASKS:
        assert not {"Idempotency-Key", "If-Match"} & _headers(route)
