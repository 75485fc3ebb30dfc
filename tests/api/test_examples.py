"""The document: valid by its own rules, and with an example of everything that can be sent and answered."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from app.demo.credentials import read_credentials
from app.demo.seeding import seed
from app.main import create_app
from app.settings import Settings
from tests.api.operations import DOCUMENT, SCHEMAS, Operation, named, operations, resolve, standalone
from tests.world import client

FORMATS = FormatChecker()
OPERATIONS = operations()
IN_JSON = [op for op in OPERATIONS if list(op.answers())]
WITH_BODY = [op for op in OPERATIONS if "requestBody" in op.spec]


def check(schema: dict[str, Any], value: Any) -> None:
    Draft202012Validator(standalone(schema), format_checker=FORMATS).validate(value)


def everything(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for inner in node.values():
            yield from everything(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from everything(inner)


def shown(media: dict[str, Any]) -> list[Any]:
    return [one["value"] for one in media.get("examples", {}).values()] or [
        media[key] for key in ("example",) if key in media
    ]


def test_formats_are_really_checked() -> None:
    """A checker without its libraries passes everything."""
    for kind, wrong in (
        ("uuid", "1"),
        ("date", "2026-02-30"),
        ("date-time", "2026-11-22T09:30:00"),
        ("duration", "3M"),
    ):
        assert not Draft202012Validator({"format": kind}, format_checker=FORMATS).is_valid(wrong), kind


@pytest.mark.parametrize("op", **named(OPERATIONS))
def test_every_operation_says_what_it_is(op: Operation) -> None:
    assert op.spec["summary"].strip()
    assert len(op.spec["description"]) > 10
    assert len(op.spec["tags"]) == 1
    assert op.spec["tags"][0] in {tag["name"] for tag in DOCUMENT["tags"]}
    assert any(status.startswith("2") for status in op.spec["responses"])
    assert all(response["description"] for response in op.spec["responses"].values())
    assert all(
        parameter.get("description") or parameter["in"] == "path" or parameter["schema"]
        for parameter in op.spec.get("parameters", ())
    )


@pytest.mark.parametrize("op", **named(WITH_BODY))
def test_every_request_has_an_example_that_is_valid(op: Operation) -> None:
    examples = op.request_examples()
    assert examples
    for media in op.spec["requestBody"]["content"].values():
        for example in examples:
            check(media["schema"], example)


@pytest.mark.parametrize("op", **named(IN_JSON))
def test_every_answer_has_an_example_that_is_valid(op: Operation) -> None:
    for _, media in op.answers():
        examples = shown(media)
        assert examples
        for example in examples:
            check(media["schema"], example)


@pytest.mark.parametrize("op", **named(IN_JSON))
def test_an_answers_example_shows_every_field(op: Operation) -> None:
    """An example that leaves fields out would not show them to whoever reads only examples."""
    for _, media in op.answers():
        for example in shown(media):
            one = example["items"][0] if set(example) == {"items", "next"} else example
            shapes = [set(shape.get("properties", {})) for shape in everything_of(media["schema"])]
            assert not any(shapes) or set(one) in shapes


def everything_of(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The object shapes that a schema allows at its top, and those of a page's items."""
    schema = resolve(schema)
    for one in schema.get("anyOf", ()):
        yield from everything_of(one)
    yield schema
    items = schema.get("properties", {}).get("items", {}).get("items")
    if items is not None:
        yield from everything_of(items)


@pytest.mark.parametrize("op", **named(OPERATIONS))
def test_every_problem_has_an_example_that_is_valid(op: Operation) -> None:
    for status, response in op.spec["responses"].items():
        if not status.startswith(("4", "5")):
            continue
        media = response["content"].get("application/problem+json")
        if media is None:
            assert op.id == "token"  # whose refusals have a form of their own, by RFC 6749
            continue
        check(media["schema"], media["example"])
        assert media["example"]["status"] == int(status)


def test_nobody_in_the_examples_is_real() -> None:
    """Names are visibly invented, addresses end in .example, prison numbers begin with A0000."""
    found = [example for op in OPERATIONS for _, media in op.answers() for example in shown(media)]
    found += [example for op in WITH_BODY for example in op.request_examples()]
    for node in everything(found):
        assert node.get("given_name") in (None, "Testcase")
        assert node.get("family_name") in (None, "Exampleson")
        for value in node.values():
            if isinstance(value, str):
                assert not re.search(r"@(?![\w.-]*\.example$)", value), value
                assert not re.search(r"\b(?!A0000)[A-Z]\d{4}[A-Z]{2}\b", value), value


def test_the_document_is_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert {"title", "version", "description", "license"} <= DOCUMENT["info"].keys()
    assert all(path.startswith("/") for path in DOCUMENT["paths"])
    assert not [node for node in everything(DOCUMENT["components"]["schemas"]) if "nullable" in node]


def test_every_reference_leads_somewhere_and_every_schema_is_referred_to() -> None:
    referred = {node["$ref"] for node in everything(DOCUMENT) if isinstance(node.get("$ref"), str)}
    assert {reference.removeprefix("#/components/schemas/") for reference in referred} == set(SCHEMAS)


def test_every_schema_is_a_schema() -> None:
    for name in SCHEMAS:
        Draft202012Validator.check_schema(standalone({"$ref": f"#/components/schemas/{name}"}))
    for schema in SCHEMAS.values():
        Draft202012Validator.check_schema(schema)


def test_operation_ids_are_unique() -> None:
    assert max(Counter(op.id for op in OPERATIONS).values()) == 1


@pytest.mark.parametrize("op", **named(OPERATIONS))
def test_parameters_and_security_are_declared(op: Operation) -> None:
    assert set(re.findall(r"{(\w+)}", op.path)) == op.parameters("path")
    parameters = op.spec.get("parameters", ())
    assert max(Counter((p["in"], p["name"]) for p in parameters).values(), default=1) == 1
    assert all(p["required"] for p in parameters if p["in"] == "path")
    schemes = DOCUMENT["components"]["securitySchemes"]
    scopes = {scope for s in schemes.values() for flow in s.get("flows", {}).values() for scope in flow["scopes"]}
    for requirement in op.spec["security"]:
        for scheme, asked in requirement.items():
            assert scheme in schemes
            assert set(asked) <= scopes
    assert bool(op.spec["security"]) is (op.permission is not None)
    assert ("401" in op.spec["responses"]) is (op.permission is not None or op.id == "token")


@pytest.mark.parametrize("op", **named(WITH_BODY))
def test_unknown_fields_are_refused_by_the_document_too(op: Operation) -> None:
    schema = op.body_schema()
    if schema is not None:
        assert resolve(schema)["additionalProperties"] is False


async def test_the_examples_of_a_referral_run_as_they_are_on_the_demo(demo_database: str, data_dir: Path) -> None:
    """What the explorer shows can be executed without a change of a letter."""
    settings = Settings(THROUGHGATE_DATA_DIR=data_dir, THROUGHGATE_ENVIRONMENT="demo", THROUGHGATE_POOL_SIZE=2)
    app = create_app(settings, database_url=demo_database)
    async with app.router.lifespan_context(app):
        await seed(app.state.services.database, now=datetime.now(UTC), with_year=False, data_dir=data_dir)
        kept = read_credentials(data_dir)
        form = {"grant_type": "client_credentials"} | {name: kept[name] for name in ("client_id", "client_secret")}
        submit = next(op for op in OPERATIONS if op.id == "submit_referral")
        async with client(app) as http:
            token = (await http.post("/oauth/token", data=form)).json()["access_token"]
            for example in submit.request_examples():
                answer = await http.post("/v1/referrals", json=example, headers={"Authorization": f"Bearer {token}"})
                assert answer.status_code == 201, answer.text
                check({"$ref": "#/components/schemas/SubmittedReferralRead"}, answer.json())


@pytest.fixture
def demo_database(new_database: Callable[[], str]) -> str:
    return new_database()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    return tmp_path
