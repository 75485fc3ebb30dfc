"""A later step lets an earlier one's view lead to its own, in time and under a name of its own; what leads to a view is
hidden from whoever may not see that."""

from dataclasses import replace

import pytest
from pydantic import BaseModel

from app.domain.eligibility.queries import POLICIES
from app.domain.kernel.access import ROLE_PERMISSIONS, Permission, Role, Side, Viewer
from app.domain.kernel.reading import Connection, Edge, Entry, Listing, Selection, View, attach, compile_one
from app.domain.organisations.models import Programme
from app.domain.organisations.queries import CLIENTS, MEMBERS, ORGANISATIONS, PROGRAMMES
from app.domain.people.queries import PEOPLE
from app.domain.referrals.queries import REFERRALS, REFERRALS_LIST, SUBMITTED_REFERRALS


class Thing(BaseModel):
    """Of no step."""

    id: str
    name: str


def thing(**more: object) -> View:
    return replace(View("thing", Programme, Thing, Permission.PROGRAMMES_READ, versioned=False), **more)  # type: ignore[arg-type]


POLICIES_OF = Connection(lambda: POLICIES, on=lambda t, p: p.programme_id == t.id)
EXPANDED = Edge(lambda: PROGRAMMES, on=lambda t, p: p.id == t.id, expand=True)


def viewer(role: Role, *scopes: Permission) -> Viewer:
    return Viewer(role.side, frozenset(scopes) or ROLE_PERMISSIONS[role])


def test_what_is_attached_is_part_of_the_view() -> None:
    view = thing()
    attach(view, policies=POLICIES_OF, again=EXPANDED)
    assert [*view.connections] == ["policies"]
    assert view.edges["again"] is EXPANDED


@pytest.mark.parametrize("name", ["name", "policies", "again"])
def test_a_name_that_is_taken_is_refused(name: str) -> None:
    view = thing(connections={"policies": POLICIES_OF}, edges={"again": EXPANDED})
    for link in (POLICIES_OF, EXPANDED):
        with pytest.raises(AssertionError, match="already"):
            attach(view, **{name: link})


def test_after_the_first_look_nothing_is_attached() -> None:
    """A plan or a schema that was made before would lack it without a word."""
    for look in (lambda v: [*v.connections], lambda v: v.connections.get("x"), lambda v: len(v.connections)):
        view = thing()
        look(view)
        with pytest.raises(AssertionError, match="too late"):
            attach(view, policies=POLICIES_OF)
    view = thing()
    compile_one(view, Selection((Entry("id", "id"),)), viewer(Role.MANAGER))
    with pytest.raises(AssertionError, match="too late"):
        attach(view, again=EXPANDED)
    with pytest.raises(AssertionError, match="too late"):
        attach(view, policies=POLICIES_OF)


def test_an_edge_that_nobody_asks_for_is_no_later_step_s_to_add() -> None:
    with pytest.raises(AssertionError, match="expand"):
        attach(thing(), again=replace(EXPANDED, expand=False))


def test_the_steps_lead_to_each_other() -> None:
    assert {"referrals", "policies"} <= {*PROGRAMMES.connections}
    assert {"referrals", "consents", "explanations", "custody_history"} <= {*PEOPLE.connections}
    assert {"referrals", "members", "clients"} <= {*ORGANISATIONS.connections}
    assert {"decisions", "duplicates"} <= {*REFERRALS.connections}
    assert "organisation" in MEMBERS.edges
    assert "organisation" in CLIENTS.edges


def test_a_view_of_another_side_is_hidden_wherever_it_is_reached_from() -> None:
    agency, manager = viewer(Role.REFERRER), viewer(Role.MANAGER)
    assert REFERRALS.side is Side.CHARITY
    assert SUBMITTED_REFERRALS.side is Side.AGENCY
    for refused in (REFERRALS.refuses(agency), PROGRAMMES.hides("referrals", agency)):
        assert refused is not None
        assert "the charity's own people" in str(refused)
    assert REFERRALS.refuses(manager) is PROGRAMMES.hides("referrals", manager) is None
    # Neither a scope nor what lets him see it otherwise opens the other side's view.
    assert REFERRALS.refuses(agency, granted=True) is not None
    assert SUBMITTED_REFERRALS.refuses(manager, granted=True) is not None


def test_a_scope_that_is_lacking_is_named_and_what_is_granted_needs_none() -> None:
    narrow = viewer(Role.MANAGER, Permission.PROGRAMMES_READ)
    refused = PROGRAMMES.hides("referrals", narrow)
    assert refused is not None
    assert "referrals:read" in str(refused)
    assert REFERRALS.refuses(narrow, granted=True) is None


def test_what_is_hidden_is_not_in_the_statement() -> None:
    node = Selection((Entry("edges", "edges", Selection((Entry("cursor", "cursor"),))),))
    page = Listing(REFERRALS_LIST.default_order, path="l1_")
    selection = Selection((Entry("id", "id"), Entry("referrals", "referrals", node, page)))
    assert "referral" in compile_one(PROGRAMMES, selection, viewer(Role.MANAGER)).sql
    assert "referral" not in compile_one(PROGRAMMES, selection, viewer(Role.REFERRER)).sql
    assert "referral" not in compile_one(PROGRAMMES, selection, viewer(Role.MENTOR)).sql
