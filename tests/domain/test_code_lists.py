"""The code lists know what they mean."""

import json

import pytest

from app.domain.people import codes, offences
from app.domain.people.codes import EthnicGroup, Ethnicity, LegacyEthnicity, LegalStatus, MovementState, Sex
from app.domain.people.offences import ConvictionScope, OffenceGroup, Pathway, ReportOffenceGroup

LISTS = [
    each
    for module in (codes, offences)
    for each in vars(module).values()
    if isinstance(each, type) and issubclass(each, codes.CodeList) and each is not codes.CodeList
]
# The convictions that the charity's report lists, by its own groups.
LISTED = {
    "CRIMINAL_DAMAGE": 10,
    "SUMMARY_VAP": 9,
    "ACQUISITIVE_VIOLENCE": 7,
    "OTHER_INDICTABLE_VAP": 6,
    "SEXUAL": 3,
    "PUBLIC_ORDER_HARASSMENT": 2,
    "FIREARMS_POSSESSION_SUPPLY": 2,
    "OTHER_STATUTORY_INDICTABLE_WEAPONS": 2,
    "VEHICULAR": 2,
}


@pytest.mark.parametrize("code_list", LISTS, ids=lambda each: each.__name__)
def test_every_code_has_a_meaning_of_its_own(code_list: type[codes.CodeList]) -> None:
    assert code_list.__doc__
    labels = [member.label for member in code_list]
    assert all(labels)
    assert len(set(labels)) == len(labels)
    assert json.loads(json.dumps(list(code_list))) == [member.value for member in code_list]


def test_ethnicity_maps_onto_the_nineteen_harmonised_categories() -> None:
    stated = [code for code in Ethnicity if code.stated]
    assert len({code.harmonised for code in stated}) == 19
    assert {code.group for code in stated} == set(EthnicGroup) - {EthnicGroup.NOT_STATED}
    assert {code for code in Ethnicity if not code.stated} == {Ethnicity.NS, Ethnicity.UN}
    assert all(code.current for code in Ethnicity)


@pytest.mark.parametrize(
    ("received", "stored"),
    [("W1", "W1"), (" b9 ", "B9"), ("O1", "A4"), ("W4", "W3"), ("W8", "W3"), ("MERGE", "UN"), ("Z1", "UN")],
)
def test_legacy_ethnicity_is_accepted_on_input_only(received: str, stored: str) -> None:
    assert Ethnicity.from_input(received) == stored


def test_legacy_codes_are_not_codes() -> None:
    assert not {code.value for code in LegacyEthnicity} & {code.value for code in Ethnicity}
    assert not any(code.current for code in LegacyEthnicity)
    with pytest.raises(ValueError):
        Ethnicity.from_input("W7")


def test_violence_is_counted_as_the_report_counts_it() -> None:
    violent = {code.report_group for code in OffenceGroup if code.violent}
    counted = {group: n for group, n in LISTED.items() if ReportOffenceGroup(group) in violent}
    assert (sum(LISTED.values()), sum(counted.values())) == (43, 38)
    assert not OffenceGroup.SEXUAL_AGAINST_CHILD.violent
    assert len(OffenceGroup) == 25


def test_each_report_group_but_other_is_wholly_violent_or_not() -> None:
    for group in set(ReportOffenceGroup) - {ReportOffenceGroup.OTHER}:
        assert len({code.violent for code in OffenceGroup if code.report_group is group}) == 1


def test_scopes_lie_inside_one_another() -> None:
    index, current, ever = ConvictionScope
    assert ever.covers(index)
    assert current.covers(index)
    assert not index.covers(ever)
    assert all(scope.covers(scope) for scope in ConvictionScope)


def test_legal_status_falls_in_one_kind() -> None:
    for status in LegalStatus:
        assert sum((status.serving_sentence, status.awaiting_sentence, not status.known)) <= 1
    assert [s for s in LegalStatus if s.convicted and not s.serving_sentence] == ["CONVICTED_UNSENTENCED"]


@pytest.mark.parametrize(
    ("agency", "state", "in_custody"),
    [("BXI", "IN_ESTABLISHMENT", True), ("OUT", "OUT", False), ("trn", "TRN", True), (None, "UNKNOWN", None)],
)
def test_out_and_trn_are_states_not_prisons(agency: str | None, state: str, in_custody: bool | None) -> None:
    found = MovementState.of_agency(agency)
    assert (found, found.in_custody) == (state, in_custody)


def test_small_facts() -> None:
    assert len(Pathway) == 7
    assert [sex for sex in Sex if sex.known] == ["M", "F"]
