"""A story under another name: nothing in it by which he could be known, and none without his yes."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.reports.naming import Known, is_initials, recognisable
from tests.matching.helpers import made, programme_of_its_own, stepped
from tests.reports.helpers import agreeing, frozen, published, told_of
from tests.world import World

HIM = Known(
    ("Testcase", "Exampleson-Väth", "Tino"), ("A0000AA", "1999/0000001A"), date(1990, 1, 31), ("Mentor Placeholder",)
)


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        ("Together, Tino and his mentor looked at problem solving.", "Tino", "NAMES_HIM"),
        ("It was tino's own idea.", "tino", "NAMES_HIM"),
        ("TINO said so.", "TINO", "NAMES_HIM"),
        ("They call him Vath.", "Vath", "NAMES_HIM"),
        ("A man called Exampleson did.", "Exampleson", "NAMES_HIM"),
        ("With Placeholder he wrote a letter.", "Placeholder", "NAMES_HIS_MENTOR"),
        ("His number, a0000 aa, was on it.", "a0000 aa", "NUMBER_OF_HIS"),
        ("Born on 31 January 1990.", "31 January 1990", "DATE_OF_BIRTH"),
        ("Born on 31/1/90.", "31/1/90", "DATE_OF_BIRTH"),
        ("Born 1990-01-31.", "1990-01-31", "DATE_OF_BIRTH"),
    ],
)
def test_whatever_he_is_known_by_is_found(words: str, said: str, code: str) -> None:
    assert [(one.said, one.code) for one in recognisable(words, HIM)] == [(said, code)]
    assert words[recognisable(words, HIM)[0].at :].startswith(said)


@pytest.mark.parametrize(
    "words", ["He was testing cases.", "Tinos is an island.", "On 31 January 1991.", "Satin sheets."]
)
def test_what_only_resembles_it_is_not(words: str) -> None:
    assert recognisable(words, HIM) == []


def test_a_name_that_is_a_word_counts_with_a_capital_only() -> None:
    will = Known(("Will",), (), None, ())
    assert recognisable("He will go on.", will) == []
    assert [one.said for one in recognisable("Then Will went on.", will)] == ["Will"]


@given(st.text(max_size=60), st.sampled_from(HIM.names), st.text(max_size=60))
def test_no_words_around_it_hide_a_name(before: str, name: str, after: str) -> None:
    assert recognisable(f"{before} {name} {after}", HIM)


def test_his_initials_are_no_pseudonym() -> None:
    known = Known(("Testcase", "Exampleson"), (), None, ())
    assert [one for one in ("TE", "T.E.", "et", "Jay", "TX") if is_initials(one, known)] == ["TE", "T.E.", "et"]


async def test_none_is_told_without_his_yes(world: World) -> None:
    charity, engagement = world.a, await agreeing(world.a)
    study = await told_of(charity, engagement, words="He met Some Body there.")
    assert [one["code"] for one in study["warnings"]] == ["LOOKS_LIKE_A_NAME"]
    refused = {"purpose": "CASE_STUDY", "given": False, "stated_at": "2026-11-21T10:15:00Z"}
    await made(charity.coordinator, f"/v1/people/{engagement['person_id']}/consents", refused)
    problem = await told_of(charity, engagement, 409)
    assert problem["code"] == "NO_CONSENT_TO_CASE_STUDY"
    problem = await frozen(charity, 422, case_study_ids=[study["id"]])
    assert problem["errors"][0]["code"] == "NO_CONSENT"


async def test_each_place_that_names_him_is_told(world: World) -> None:
    charity, engagement = world.a, await agreeing(world.a)
    person = (await charity.coordinator.get(f"/v1/people/{engagement['person_id']}")).json()
    given, family = person["given_name"], person["family_name"]
    problem = await told_of(charity, engagement, 422, title=f"How {given} did it", words=f"Well.\nMr {family} said so.")
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [
        ("/title", "NAMES_HIM"),
        ("/words", "NAMES_HIM"),
    ]
    assert family in problem["errors"][1]["detail"]
    problem = await told_of(charity, engagement, 422, words="Ring 020 7946 0000, or write to him@somewhere.example.")
    assert [one["code"] for one in problem["errors"]] == ["PHONE_NUMBER", "EMAIL_ADDRESS"]


async def test_an_alias_that_came_to_be_known_since_stops_it(world: World) -> None:
    charity, engagement = world.a, await agreeing(world.a)
    study = await told_of(charity, engagement, words="Together, Tinoso and his mentor wrote a letter.")
    await charity.coordinator.step(
        f"/v1/people/{engagement['person_id']}",
        {"known_as": ["Tinoso"]},
        method="PATCH",
        of=f"/v1/people/{engagement['person_id']}",
    )
    problem = await frozen(charity, 422, case_study_ids=[study["id"]])
    assert problem["errors"][0]["code"] == "NAMES_HIM"


async def test_a_report_tells_it_until_it_is_withdrawn_and_its_figures_stay(world: World) -> None:
    charity = world.a
    engagement = await agreeing(charity)
    kept = await told_of(charity, engagement, title="Stays", words="One.\nTwo.")
    study = await told_of(charity, engagement, title="Goes", words="A letter to a shop.")
    own = await programme_of_its_own(charity)
    report = await frozen(own, case_study_ids=[study["id"], kept["id"]])
    await published(own, report)
    at = f"/v1/reports/{report['id']}"

    async def shown(view: str) -> Any:
        return (await charity.coordinator.get(f"{at}?view={view}")).json()

    before = await shown("inside")
    assert [one["title"] for one in before["case_studies"]] == ["Goes", "Stays"]
    assert (await shown("outside"))["case_studies"] == before["case_studies"]
    for kind, there in (("html", b"A letter to a shop."), ("pdf", b"%PDF")):
        assert there in (await charity.coordinator.get(f"{at}?format={kind}")).content
    await stepped(charity.coordinator, f"/v1/case-studies/{study['id']}/withdraw", {"reason": "He wishes so."})
    again = await stepped(charity.coordinator, f"/v1/case-studies/{study['id']}/withdraw", {"reason": "?"}, status=409)
    assert again["code"] == "CASE_STUDY_WITHDRAWN"
    after = await shown("inside")
    assert [one["words"] for one in after["case_studies"]] == [None, "One.\nTwo."]
    assert after["metrics"] == before["metrics"]
    refused = {"purpose": "CASE_STUDY", "given": False, "stated_at": "2026-11-22T10:15:00Z"}
    await made(charity.coordinator, f"/v1/people/{engagement['person_id']}/consents", refused)
    assert [one["words"] for one in (await shown("outside"))["case_studies"]] == [None, None]
