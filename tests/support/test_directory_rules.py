"""What an import keeps of a service: never a person, and nothing lost without a word. Without a database."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from app.domain.support.directory.models import LeftOutReason
from app.domain.support.directory.rules import NOT_KEPT, OURS, PARTS, PERSONS, READ, page, take

PROFILE = Path(__file__).parents[1] / "data" / "open_referral_uk"
FIRST = Path(__file__).parents[2] / "app" / "demo" / "services.json"

SCHEMA = json.loads((PROFILE / "service.schema.json").read_text())
EXAMPLE = json.loads((PROFILE / "service.example.json").read_text())
VALID = Draft202012Validator(SCHEMA, format_checker=FormatChecker())

GOOD = {"id": "0b0e5d2c-3f60-4c1e-9a53-6f1d8a4f7c10", "name": "Testcase Example Service", "status": "active"}
KEPT = {"source_id": GOOD["id"], "name": GOOD["name"], "status": "active"}


def test_every_field_of_the_profile_has_its_answer_and_only_those() -> None:
    assert set(READ) | PARTS.keys() | PERSONS | OURS | NOT_KEPT == set(SCHEMA["properties"]) | {"phones"}


def test_the_profiles_own_example_is_taken_and_all_that_is_not_kept_is_told() -> None:
    taken = take(EXAMPLE)
    assert taken.faults == []
    told = {left.pointer.split("/")[1] for left in taken.left_out}
    kept = {name for name in EXAMPLE if READ.get(name, ("",))[0] in taken.kept}
    assert told | kept == set(EXAMPLE)
    assert taken.kept["organisation_name"] == EXAMPLE["organization"]["name"]
    inside = {left.pointer for left in taken.left_out if left.pointer.startswith("/organization/")}
    assert inside == {
        f"/organization/{name}" for name in EXAMPLE["organization"] if name not in ("name", "description")
    }


def test_a_person_in_it_is_left_out_and_the_answer_says_so() -> None:
    phones = [{"number": "0800 000 0001", "contact_id": GOOD["id"]}, {"number": "0800 000 0000", "description": "Desk"}]
    sent = {
        **GOOD,
        "contacts": [{"name": "Testcase Example"}],
        "assurer_email": "testcase@example.org",
        "phones": phones,
    }
    taken = take(sent)
    assert {(left.pointer, left.reason) for left in taken.left_out} == {
        ("/contacts", LeftOutReason.PERSON),
        ("/assurer_email", LeftOutReason.PERSON),
        ("/phones/0", LeftOutReason.PERSON),
        ("/phones/1/description", LeftOutReason.NOT_KEPT),
    }
    assert taken.kept == {**KEPT, "phones": ["0800 000 0000"]}


@given(st.dictionaries(st.text(max_size=9), st.none() | st.booleans() | st.integers() | st.text(max_size=9)))
def test_whatever_is_sent_nothing_that_says_something_is_lost_without_a_word(more: dict[str, Any]) -> None:
    taken = take({**more, **GOOD})
    told = {left.pointer for left in taken.left_out} | {fault.pointer for fault in taken.faults}
    if not taken.faults:
        kept = {f"/{name}" for name, (column, _) in READ.items() if column in taken.kept}
        sent = {"/" + name.replace("~", "~0").replace("/", "~1") for name in more}
        known = [*READ, *PARTS]
        empty = {f"/{name}" for name in known if more.get(name) is None or not str(more[name]).strip()}
        assert sent <= told | kept | empty


@pytest.mark.parametrize(
    ("field", "value", "pointer", "code"),
    [
        ("id", "7", "", "NOT_A_UUID"),
        ("id", None, "", "REQUIRED"),
        ("name", " ", "", "REQUIRED"),
        ("name", "x" * 201, "", "TOO_LONG"),
        ("status", "open", "", "UNKNOWN_CODE"),
        ("status", ["active"], "", "UNKNOWN_CODE"),
        ("url", "javascript:alert(1)", "", "NOT_A_WEB_ADDRESS"),
        ("url", "https://user@example.org", "", "NOT_A_WEB_ADDRESS"),
        ("url", "http://[", "", "NOT_A_WEB_ADDRESS"),
        ("url", "https://example.org/a b", "", "NOT_A_WEB_ADDRESS"),
        ("email", "nobody", "", "NOT_AN_EMAIL"),
        ("minimum_age", True, "", "NOT_AN_AGE"),
        ("minimum_age", 0.5, "", "NOT_AN_AGE"),
        ("maximum_age", float("nan"), "", "NOT_AN_AGE"),
        ("description", "a\x00b", "", "NOT_TEXT"),
        ("organization", "Example", "", "NOT_AN_OBJECT"),
        ("organization", {"name": 7}, "/name", "NOT_TEXT"),
        ("phones", "0800 000 0000", "", "NOT_A_LIST"),
        ("phones", [{"number": "ask for Testcase"}], "/0/number", "NOT_A_PHONE_NUMBER"),
        ("phones", ["0800 000 0000"], "/0", "REQUIRED"),
    ],
)
def test_a_bad_field_is_named_and_nothing_of_the_item_kept(field: str, value: object, pointer: str, code: str) -> None:
    taken = take({**GOOD, field: value})
    assert [(fault.pointer, fault.code) for fault in taken.faults] == [(f"/{field}{pointer}", code)]
    assert taken.kept == {}


def test_ages_the_wrong_way_round_are_refused_and_whole_ones_are_whole() -> None:
    assert [fault.code for fault in take({**GOOD, "minimum_age": 30, "maximum_age": 18}).faults] == ["AGES_REVERSED"]
    assert take({**GOOD, "minimum_age": 18.0}).kept["minimum_age"] == 18


@pytest.mark.parametrize("item", [None, [], "service", 7])
def test_what_is_no_object_is_no_service(item: object) -> None:
    assert [fault.code for fault in take(item).faults] == ["NOT_A_SERVICE"]


def test_the_first_sixteen_services_are_valid_kept_whole_and_carry_no_way_to_reach_anybody() -> None:
    first = json.loads(FIRST.read_text())
    assert len({service["id"] for service in first}) == 16
    for service in first:
        assert not list(VALID.iter_errors(service))
        taken = take(service)
        assert (taken.left_out, taken.faults) == ([], [])
        assert taken.kept == {("source_id" if name == "id" else name): value for name, value in service.items()}
        assert set(service) <= {"id", "name", "status", "description"}


def test_a_page_has_the_profiles_fields_and_says_whether_it_is_the_first_or_last() -> None:
    example = json.loads((PROFILE / "service_list.example.json").read_text())
    pages = [page([GOOD] * size, total=5, number=n, per_page=2) for n, size in ((1, 2), (2, 2), (3, 1))]
    assert all(set(one) == set(example) for one in pages)
    assert [(one["first_page"], one["last_page"], one["size"]) for one in pages] == [
        (True, False, 2),
        (False, False, 2),
        (False, True, 1),
    ]
    nothing = page([], total=0, number=1, per_page=50)
    assert (nothing["empty"], nothing["total_pages"], nothing["last_page"]) == (True, 1, True)
