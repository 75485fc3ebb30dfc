"""The custody rule: the 53 published cases exactly, and what must hold for every date there is."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.eligibility.custody import CustodyFinding, custody_remaining
from app.domain.eligibility.dates import CalendarDuration, add_months, civil_date, in_words
from app.domain.eligibility.decision import Basis, CustodyReason, Outcome
from app.domain.eligibility.facts import CustodyFacts, PersonFacts
from app.domain.eligibility.rules import evaluate
from app.domain.eligibility.seeded import load
from app.domain.eligibility.truth import Truth
from app.domain.people.codes import LegalStatus

CASES = json.loads((Path(__file__).parents[1] / "data" / "eligibility_cases.json").read_text())
LONG_NAMES = {
    "confirmed": "confirmed_release_date",
    "apd": "actual_parole_date",
    "hdcad": "home_detention_curfew_actual_date",
    "ard": "automatic_release_date",
    "crd": "conditional_release_date",
    "npd": "non_parole_date",
    "prrd": "post_recall_release_date",
    "mtd": "mid_term_date",
    "tariff": "tariff_date",
    "hearing": "parole_hearing_date",
    "ped": "parole_eligibility_date",
    "hdced": "home_detention_curfew_eligibility_date",
    "ersed": "early_removal_scheme_eligibility_date",
    "tersed": "tariff_expired_removal_scheme_eligibility_date",
    "sed": "sentence_expiry_date",
    "self_reported": "self_reported_release_date",
}
P3M = CalendarDuration.parse("P3M")
DATES = tuple(LONG_NAMES.values())
# The dates that alone are custody_end.
DECIDING = DATES[:8]

any_date = st.dates(date(1900, 1, 1), date(9999, 12, 31))
any_facts = st.builds(
    CustodyFacts,
    legal_status=st.none() | st.sampled_from(LegalStatus),
    in_custody=st.none() | st.booleans(),
    indeterminate=st.none() | st.booleans(),
    whole_life=st.none() | st.booleans(),
    dates_calculated_on=st.none() | any_date,
    **{name: st.none() | any_date for name in DATES},
)


def facts_of(case: dict[str, Any]) -> CustodyFacts:
    given_facts = {"legal_status": "SENTENCED", "in_custody": True, **case["input"]}
    return CustodyFacts.model_validate({LONG_NAMES.get(k, k): v for k, v in given_facts.items()})


def ask(on: date = date(2026, 11, 21), /, **facts: Any) -> CustodyFinding:
    switches = {k: facts.pop(k) for k in ("early_release_counts", "indeterminate_without_date") if k in facts}
    known = CustodyFacts.model_validate({"legal_status": "SENTENCED", **facts})
    return custody_remaining(known, evaluated_on=on, minimum=P3M, **switches)


def test_there_are_53_cases() -> None:
    assert [case["id"] for case in CASES] == [f"E{n:02}" for n in range(1, 54)]


@pytest.mark.parametrize("case", CASES, ids=[f"{case['id']} {case['title']}" for case in CASES])
def test_published_case(case: dict[str, Any]) -> None:
    facts = PersonFacts(custody=facts_of(case))
    decision = evaluate(
        load("belong-brixton"), facts, evaluated_on=date.fromisoformat(case["evaluated_on"])
    ).model_dump(mode="json")
    found = {key: decision[key] for key in ("outcome", "basis", "custody_end", "threshold", "warnings")}
    assert {**found, "reason": decision["reasons"][0]["code"]} == case["expected"]
    assert len(decision["reasons"]) == 1


@given(any_facts, any_date, st.sampled_from(("approved_only", "any_possible")), st.booleans())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_never_raises_and_never_guesses(facts: CustodyFacts, on: date, early: Any, strict: bool) -> None:
    finding = custody_remaining(
        facts,
        evaluated_on=on,
        minimum=P3M,
        early_release_counts=early,
        indeterminate_without_date="undetermined" if strict else "eligible_with_warning",
    )
    assert finding.truth in Truth
    assert finding.code in CustodyReason
    assert finding.detail
    assert "{" not in finding.detail
    assert finding.threshold >= on
    assert len(set(finding.warnings)) == len(finding.warnings)


@given(any_facts, st.sampled_from(DECIDING), st.tuples(any_date, any_date), any_date, st.booleans())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=300)
def test_a_later_release_never_makes_eligible_ineligible(
    facts: CustodyFacts, name: str, days: tuple[date, date], on: date, strict: bool
) -> None:
    sooner, later = sorted(days)
    findings = [
        custody_remaining(
            facts.model_copy(update={name: day}),
            evaluated_on=on,
            minimum=P3M,
            early_release_counts="any_possible" if strict else "approved_only",
        )
        for day in (sooner, later)
    ]
    if findings[0].truth is Truth.TRUE:
        assert findings[1].truth is Truth.TRUE


@given(st.sampled_from(DECIDING), st.dates(date(1900, 1, 1), date(9999, 9, 1)))
def test_the_boundary_is_one_day_wide(name: str, on: date) -> None:
    threshold = add_months(on, 3)
    truths = [ask(on, **{name: threshold + timedelta(days=n)}).truth for n in (-1, 0, 1)]
    assert truths == [Truth.FALSE, Truth.TRUE, Truth.TRUE]


@given(any_facts, any_date)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_release_in_the_past_is_never_a_ground_to_reject(facts: CustodyFacts, on: date) -> None:
    finding = custody_remaining(facts, evaluated_on=on, minimum=P3M)
    if finding.code is CustodyReason.LESS_THAN_THRESHOLD:
        assert finding.custody_end is not None
        assert on <= finding.custody_end < finding.threshold
        assert finding.basis is not Basis.SELF_REPORTED


@pytest.mark.parametrize(
    ("facts", "code", "warnings"),
    [
        ({"indeterminate": True}, "INDEFINITE", ("TARIFF_UNKNOWN",)),
        ({"indeterminate": True, "legal_status": None}, "INDEFINITE", ("LEGAL_STATUS_INFERRED", "TARIFF_UNKNOWN")),
        (
            {"indeterminate": True, "tariff": "2026-12-01", "tersed": "2026-12-01"},
            "INDEFINITE",
            ("NO_FIXED_RELEASE_DATE", "EARLY_RELEASE_POSSIBLE:TERSED"),
        ),
        (
            {"ped": "2027-06-01", "hdced": "2027-01-01"},
            "LOWER_BOUND_AT_LEAST_THRESHOLD",
            ("RELEASE_DATE_MISSING_LOWER_BOUND_USED", "EARLY_RELEASE_POSSIBLE:HDCED"),
        ),
        ({"self_reported": "2026-01-01"}, "RELEASE_DATE_IN_PAST", ("SELF_REPORTED_DATE",)),
        ({"legal_status": "DEAD", "crd": "2030-01-01"}, "NOT_A_CUSTODIAL_SENTENCE", ()),
        ({"legal_status": "OTHER", "sed": "2030-01-01"}, "RELEASE_DATE_UNKNOWN", ("LEGAL_STATUS_INFERRED",)),
        ({"confirmed": "2027-06-01", "ped": "2026-12-01"}, "AT_LEAST_THRESHOLD", ()),
    ],
)
def test_what_the_cases_leave_out(facts: dict[str, Any], code: str, warnings: tuple[str, ...]) -> None:
    finding = ask(**{LONG_NAMES.get(k, k): v for k, v in facts.items()})
    assert (finding.code, finding.warnings) == (code, warnings)


@pytest.mark.parametrize(
    ("facts", "code", "warnings"),
    [
        ({"ped": "2027-02-21"}, "LOWER_BOUND_AT_LEAST_THRESHOLD", ("RELEASE_DATE_MISSING_LOWER_BOUND_USED",)),
        ({"hdced": "2027-02-20"}, "RELEASE_DATE_UNKNOWN", ()),
        ({"sed": "2027-02-21"}, "RELEASE_DATE_UNKNOWN", ()),
        ({"sed": "2027-02-20"}, "SENTENCE_EXPIRES_BEFORE_THRESHOLD", ()),
        ({"crd": "2028-01-01", "ersed": "2027-02-21"}, "AT_LEAST_THRESHOLD", ()),
        ({"crd": "2028-01-01", "ersed": "2027-02-20"}, "AT_LEAST_THRESHOLD", ("EARLY_RELEASE_POSSIBLE:ERSED",)),
        ({"apd": "2028-01-01", "ped": "2027-02-20"}, "AT_LEAST_THRESHOLD", ()),
        ({"hdcad": "2028-01-01", "ped": "2027-02-20"}, "AT_LEAST_THRESHOLD", ("EARLY_RELEASE_POSSIBLE:PED",)),
        ({"indeterminate": True, "tariff": "2027-02-21"}, "AT_LEAST_THRESHOLD", ()),
        ({"indeterminate": True, "tariff": "2027-02-20"}, "INDEFINITE", ("NO_FIXED_RELEASE_DATE",)),
        ({"indeterminate": True, "hearing": "2027-02-21"}, "INDEFINITE", ("TARIFF_UNKNOWN",)),
        (
            {"indeterminate": True, "hearing": "2027-02-20"},
            "INDEFINITE",
            ("TARIFF_UNKNOWN", "PAROLE_HEARING_WITHIN_WINDOW"),
        ),
        ({"whole_life": True, "legal_status": "RECALL"}, "INDEFINITE", ()),
    ],
)
def test_every_boundary_is_the_threshold_itself(facts: dict[str, Any], code: str, warnings: tuple[str, ...]) -> None:
    finding = ask(**{LONG_NAMES.get(k, k): v for k, v in facts.items()})
    assert (finding.code, finding.warnings) == (code, warnings)


def test_of_two_bounds_the_later_and_of_two_chances_the_sooner() -> None:
    both = {"parole_eligibility_date": "2027-06-01", "home_detention_curfew_eligibility_date": "2027-05-01"}
    assert ask(**both).basis is Basis.PED_LOWER_BOUND
    soon = {"parole_eligibility_date": "2027-01-02", "home_detention_curfew_eligibility_date": "2027-01-01"}
    counted = ask(conditional_release_date="2028-01-01", early_release_counts="any_possible", **soon)
    assert counted.basis is Basis.HDCED


def test_any_possible_early_release_can_be_made_to_count() -> None:
    finding = ask(
        conditional_release_date="2029-01-05",
        parole_eligibility_date="2027-01-05",
        early_release_counts="any_possible",
    )
    assert (finding.truth, finding.basis, finding.custody_end) == (Truth.FALSE, Basis.PED, date(2027, 1, 5))


def test_a_sentence_without_end_can_be_left_undetermined() -> None:
    facts = {"legal_status": "INDETERMINATE_SENTENCE", "indeterminate_without_date": "undetermined"}
    near = ask(tariff_date="2027-01-10", **facts)
    assert (near.truth, near.code) == (Truth.UNKNOWN, CustodyReason.RELEASE_DATE_UNKNOWN)
    assert ask(whole_life=True, **facts).truth is Truth.TRUE


@pytest.mark.parametrize(
    ("calculated", "basis", "stale"),
    [
        ("2026-11-20", "conditional_release_date", False),
        ("2026-09-30", "conditional_release_date", True),
        ("2026-10-01", "conditional_release_date", False),
        ("2026-09-30", "automatic_release_date", False),
        ("2026-08-23", "automatic_release_date", False),
        ("2026-08-22", "automatic_release_date", True),
        (None, "conditional_release_date", False),
    ],
)
def test_dates_calculated_long_ago_are_stale(calculated: str | None, basis: str, stale: bool) -> None:
    finding = ask(dates_calculated_on=calculated, **{basis: "2027-06-01"})
    assert finding.warnings == (("STALE_DATES",) if stale else ())
    assert finding.truth is Truth.TRUE


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2027-01-31", 3, "2027-04-30"),
        ("2026-09-30", 4, "2027-01-30"),  # Dodds v Walker
        ("2027-11-30", 3, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("9999-12-31", 3, "9999-12-31"),
    ],
)
def test_corresponding_date(start: str, months: int, end: str) -> None:
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("text", "end", "words"),
    [
        ("P3M", "2027-02-21", "3 months"),
        ("P1Y6M", "2028-05-21", "1 year and 6 months"),
        ("P28D", "2026-12-19", "28 days"),
        ("P2W", "2026-12-05", "2 weeks"),
        ("P0D", "2026-11-21", "0 days"),
        ("P9999Y", "9999-12-31", "9999 years"),
    ],
)
def test_durations(text: str, end: str, words: str) -> None:
    duration = CalendarDuration.parse(text)
    assert duration.after(date(2026, 11, 21)) == date.fromisoformat(end)
    assert str(duration) == words


@pytest.mark.parametrize("text", ["", "P", "3M", "P-3M", "PT1H", "P3M ", "P3.5M", "P٣M", "p3m", "P99999999999M"])
def test_no_other_durations(text: str) -> None:
    with pytest.raises(ValueError):
        CalendarDuration.parse(text)


def test_half_past_eleven_on_30_june_is_1_july_in_london() -> None:
    assert civil_date(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == date(2026, 7, 1)
    assert civil_date(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == date(2026, 12, 31)
    assert civil_date(datetime.max.replace(tzinfo=UTC)) == date.max
    with pytest.raises(ValueError):
        civil_date(datetime(2026, 6, 30, 23, 30))  # noqa: DTZ001 - no zone is the point


def test_the_reason_can_be_read_out() -> None:
    detail = ask(conditional_release_date="2027-01-15").detail
    assert detail == (
        "Your conditional release date is 15 January 2027. This programme asks for at least 3 months left in "
        "custody, which is 21 February 2027 or later."
    )
    assert in_words(date(2027, 6, 1)) == "1 June 2027"


def test_outcomes_mirror_truth() -> None:
    assert [Outcome.of(truth) for truth in Truth] == ["INELIGIBLE", "UNDETERMINED", "ELIGIBLE"]
