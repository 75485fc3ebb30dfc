"""Every shape in which something is read: each view, each collection with each filter, order and cursor, each query that
was written by hand. Found by walking the code, so that a new one is tested without being named here."""

import importlib
import itertools
import pkgutil
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, DateTime, Integer, Uuid

from app import domain
from app.database import Database, Found, Page, Reader
from app.domain.eligibility.queries import policy_for_preview
from app.domain.kernel.access import ROLE_PERMISSIONS, Role, Side, Viewer
from app.domain.kernel.actor import Actor
from app.domain.kernel.reading import Collection, Entry, Listing, Plan, Selection, View, select_fields
from app.domain.kernel.reading.cursors import Cursors
from app.domain.kernel.reading.views import unscoped
from app.domain.matching.inputs import told_plan
from app.domain.organisations.models import Programme
from app.domain.organisations.queries import document_in_force
from app.domain.people.queries import candidates
from app.domain.referrals import queries as referrals
from app.domain.referrals.models import Referral
from tests.world import Caller

# Who reads a view; the manager where it says nothing else.
READERS = {
    "feedback_receipt": Role.COORDINATOR,  # who handed in
    "submitted_referral": Role.REFERRER,
    "audit_entry": Role.DATA_PROTECTION_LEAD,
    "acct_state": Role.COORDINATOR,
    "restricted_note": Role.COORDINATOR,
}
# Who reads a view by a scope of its own side's.
OTHERS = {Side.PLATFORM: Role.PLATFORM_OPERATOR}
# Belong to no charity.
OF_ALL = frozenset({"establishment"})
_ENDS: tuple[tuple[type[Any], Any, Any], ...] = (
    (Uuid, UUID(int=0), UUID(int=2**128 - 1)),
    (DateTime, datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)),
    (Date, date(1900, 1, 1), date(2200, 12, 31)),
    (Integer, 0, 10**6),
    (BigInteger, 0, 10**6),
)

Known = dict[str, Any]
"""Values of one charity that something is found by."""


@dataclass(frozen=True)
class Shape:
    """One way to ask, of either charity. `cursor`: the keys of a cursor before the first row, where it goes on from one."""

    name: str
    role: Role
    ask: Callable[[Reader, Known], Awaitable[Any]]
    cursor: Sequence[Any] = ()
    of_all: bool = False
    nobodys: bool = False
    """A clock or a count, which cannot show whose the rows were."""

    async def answer(self, database: Database, actor: Actor, known: Known) -> list[str]:
        """Each row that it is answered with, as text."""
        found = await self.ask(Reader(database, _Ready(self.cursor), actor), known)
        if isinstance(found, Found):
            return [found.json]
        return list(found.items) if isinstance(found, Page) else [str(tuple(row.values())) for row in found]

    async def plan(self, actor: Actor, known: Known) -> Plan:
        """What it is compiled to, without asking."""
        recorder: Any = _Recorder()
        try:
            await self.ask(Reader(recorder, _Ready(self.cursor), actor), known)
        except _Recorded as recorded:
            return recorded.plan
        raise AssertionError(f"{self.name} asks nothing")


class _Ready(Cursors):
    """Cursors that are never checked: the keys are given."""

    def __init__(self, keys: Sequence[Any]) -> None:
        super().__init__(b"a secret of thirty-two bytes or so")
        self._keys = list(keys)

    def read(self, *_: Any) -> list[Any]:
        return self._keys


class _Recorded(Exception):
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        super().__init__()


class _Recorder:
    async def fetch(self, plan: Plan, _: Any, **__: Any) -> None:
        raise _Recorded(plan)


def modules() -> Iterator[Any]:
    for found in pkgutil.walk_packages(domain.__path__, "app.domain."):
        yield importlib.import_module(found.name)


def collections() -> dict[str, Collection]:
    found: dict[int, Collection] = {}
    for module in modules():
        found |= {id(value): value for value in vars(module).values() if isinstance(value, Collection)}
    return {f"{one.view.name}:{n}": one for n, one in enumerate(found.values())}


def views() -> dict[str, View]:
    found = [value for module in modules() for value in vars(module).values() if isinstance(value, View)]
    found += [collection.view for collection in collections().values()]
    for view in found:  # grows while it is read: the views behind the edges
        found += [target for edge in view.edges.values() if (target := edge.target()) not in found]
        found += [one for link in view.connections.values() if (one := link.collection().view) not in found]
    return {view.name: view for view in found}


def reader_of(view: View) -> Role:
    return READERS.get(view.name, Role.MANAGER)


def _readings(view: View) -> Iterator[tuple[str, Role, bool]]:
    """Who reads a view, with what tells their readings apart and whether they see everybody's."""
    yield "", reader_of(view), view.name in OF_ALL
    for side, scope in view.scopes.items():
        yield f"{side.value}'s ", OTHERS[side], scope is unscoped


def shapes() -> list[Shape]:
    return [*_of_views(), *_of_lookups(), *_of_connections(), *_of_nodes(), *_of_collections(), *_by_hand()]


def _of_views() -> Iterator[Shape]:
    for view in views().values():
        edges = [name for name, edge in view.edges.items() if edge.expand]
        combinations = itertools.chain.from_iterable(itertools.combinations(edges, n) for n in range(len(edges) + 1))
        for expand, (whose, role, of_all) in itertools.product(combinations, list(_readings(view))):
            selection = select_fields(view, (), expand)
            yield Shape(
                f"one {whose}{view.name} {'+'.join(expand)}".strip(),
                role,
                lambda reader, known, view=view, selection=selection: reader.one(  # type: ignore[misc]
                    view, known[f"key of {view.name}"], selection
                ),
                of_all=of_all,
            )


def _of_lookups() -> Iterator[Shape]:
    for view in views().values():
        for lookup, columns in view.lookups.items():

            def ask(
                reader: Reader, known: Known, view: View = view, lookup: str = lookup, columns: Any = columns
            ) -> Awaitable[Any]:
                given = {column: known[f"{view.name}.{column}"] for column in columns}
                return reader.one_by(view, lookup, given, select_fields(view), {})

            yield Shape(f"one {view.name} by {lookup}", reader_of(view), ask)


def _of_nodes() -> Iterator[Shape]:
    """All that a role sees, by one statement; and each kind alone."""
    for role in (Role.MANAGER, Role.COORDINATOR, Role.REFERRER, Role.DATA_PROTECTION_LEAD):
        viewer = Viewer(role.side, ROLE_PERMISSIONS[role])
        seen = [view for view in views().values() if view.is_node and view.refuses(viewer) is None]
        for kinds in (seen, *([one] for one in seen if reader_of(one) is role)):

            async def ask(reader: Reader, known: Known, kinds: list[View] = kinds) -> Page:
                keys = [known[f"key of {view.name}"] for view in kinds]
                found = await reader.nodes([(view, select_fields(view)) for view in kinds], keys, {})
                return Page([json for _, json in found.values()], None)

            yield Shape(f"nodes as {role.value}: {', '.join(view.name for view in kinds)}", role, ask)


def _of_connections() -> Iterator[Shape]:
    """Each list inside an object, by whoever sees both."""
    for view in views().values():
        for name, link in view.connections.items():
            inside = link.collection()

            def ask(
                reader: Reader, known: Known, view: View = view, name: str = name, inside: Collection = inside
            ) -> Awaitable[Any]:
                page = Listing(inside.default_order, path="inner_")
                node = Entry("node", "node", select_fields(inside.view))
                edges = Selection((Entry("edges", "edges", Selection((Entry("cursor", "cursor"), node))),))
                values = reader.page_values(inside, page, limit=10, cursor=None, filters={})
                listed = Selection((Entry(name, name, edges, page),))
                return reader.one(view, known[f"key of {view.name}"], listed, values)

            yield Shape(f"{view.name} with {name}", reader_of(view), ask)


@dataclass(frozen=True)
class _Wanted:
    """A page."""

    collection: Collection
    filters: tuple[str, ...]
    order: str
    after: bool

    def ask(self, reader: Reader, known: Known) -> Awaitable[Page]:
        values = {name: known[f"{self.collection.view.name}.{name}"] for name in self.filters}
        cursor = "ready" if self.after else None
        return reader.page(self.collection, limit=100, cursor=cursor, order=self.order, filters=values)


def _of_collections() -> Iterator[Shape]:
    for label, collection in collections().items():
        names = sorted(collection.filters)
        for filters, (order, chosen), after, (whose, role, of_all) in itertools.product(
            dict.fromkeys([(), *((name,) for name in names), tuple(names)]),
            collection.orders.items(),
            (False, True),
            list(_readings(collection.view)),
        ):
            row = collection.view.row
            keys = [*chosen.by(row), getattr(row, collection.view.key)]

            wanted = _Wanted(collection, filters, order, after)
            yield Shape(
                f"page {whose}{label} {order} {'after' if after else 'first'} {'+'.join(filters)}",
                role,
                wanted.ask,
                cursor=[_end(key.type, top=chosen.descending) for key in keys],
                of_all=of_all,
            )


def _end(kind: Any, *, top: bool) -> Any:
    for type_, least, most in _ENDS:
        if isinstance(kind, type_):
            return most if top else least
    return "\U0010ffff" if top else ""


def _by_hand() -> Iterator[Shape]:
    def of(name: str, role: Role, plan: Plan, *, nobodys: bool = False, **values: Any) -> Shape:
        def ask(reader: Reader, known: Known) -> Awaitable[Any]:
            found = {"programme": known["programme_id"], "names": known["names"], "sha256": known["sha256"]}
            keyed = {"key": known[values["key"]]} if "key" in values else {}
            return reader.rows(plan, {**values, **found, **keyed})

        return Shape(name, role, ask, nobodys=nobodys)

    period = {"from": date(2026, 1, 1), "to": date(2026, 12, 31), "as_of": datetime(2200, 1, 1, tzinfo=UTC)}
    yield of("waiting", Role.MANAGER, referrals.waiting())
    yield of("ledger", Role.MANAGER, referrals.ledger(), nobodys=True, **period)
    yield of("ledger_clock", Role.MANAGER, referrals.ledger_clock(), nobodys=True)
    for kind, key in ((Programme, "programme_id"), (Referral, "referral_id")):
        yield of(f"match inputs of {kind.__name__}", Role.MANAGER, told_plan(kind), key=key, day=date(2026, 11, 1))
    yield of("document in force", Role.REFERRER, document_in_force())
    yield of("policy", Role.REFERRER, policy_for_preview(), on=date(2026, 11, 1))
    # The same for both charities: each has a man of this number and date of birth.
    same = {"held": ["prison_number:A0000AA"], "values": ["A0000AA"], "birth": date(1990, 1, 31)}
    for ways in itertools.product((False, True), repeat=3):
        if any(ways):
            plan = candidates(**dict(zip(("by_identifier", "by_name", "by_birth"), ways, strict=True)))
            yield of(f"candidates {ways}", Role.MANAGER, plan, **same)


def actor_of(caller: Caller) -> Actor:
    return Actor(
        subject_id=caller.id,
        kind=caller.kind,
        role=caller.role,
        authority=caller.authority,
        permissions=ROLE_PERMISSIONS[caller.role],
        charity_id=caller.charity_id,
        organisation_id=caller.organisation_id,
    )
