"""The compiled answer is graphql-core's own: random documents, answered by one statement a field, and answered plainly."""

import asyncio
import json
import os
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import httpx
import pytest
from graphql import GraphQLObjectType, get_named_type, parse, validate
from hypothesis import HealthCheck, Phase, assume, given, settings

from app.domain.kernel.errors import DocumentTooComplex
from app.graphql.limits import check, read
from app.graphql.schema import schema
from tests.graphql.documents import Dice, Values
from tests.graphql.door import NEW
from tests.graphql.drawn import drawn_documents
from tests.graphql.plain import BY, NODES, TABLES, Plain, opened
from tests.security.filled import Filled, fill
from tests.security.rows import Rows
from tests.world import World, build_charity, client

DOCUMENTS = int(os.environ.get("THROUGHGATE_EQUALITY_DOCUMENTS", "500"))
ROOTS = [*TABLES.keys(), *TABLES.values(), *BY, "referrals", "referrals", "people", "node", "nodes", "nodes"]


@pytest.fixture(scope="module")
async def made(world: World, rows: Rows) -> Filled:
    """A charity with referrals in several places, and a dozen of everything."""
    filled = await fill(await build_charity(world.app, world.operator, "EQU"))
    charity = filled.charity
    for step, body in (
        ("allocate", {}),
        ("decline", {"reason": "No."}),
        ("merge", {"into": filled.ids["referral_id"]}),
    ):
        pushed = await charity.push(needs=["HEALTH"], received_on="2026-10-15", reason=f"Before {step}")
        await charity.coordinator.step(f"/v1/referrals/{pushed['id']}/{step}", body)
    await charity.push(custody={"legal_status": "SENTENCED", "conditional_release_date": "2026-12-01"})
    await charity.push(custody={})
    for table in ("organisation", "programme", "member", "client", "person", "referral"):
        await rows.copies(table, "charity_id", charity.id, 12)
    return filled


@dataclass
class Compared:
    """One charity, answered by its service and answered plainly."""

    made: Filled
    plain: Plain
    values: Values
    http: httpx.AsyncClient
    headers: dict[str, str]

    async def differs(self, document: str, variables: dict[str, Any]) -> str | None:
        """Where the two answers are not the same text, both of them; the order of members is part of it."""
        sent = await self.http.post("/graphql", json={"query": document, "variables": variables}, headers=self.headers)
        assert sent.status_code == 200, (document, variables, sent.text)
        answered = sent.json()
        for told in answered.pop("errors", ()):  # of a node, where only types are asked for that a manager never sees
            assert (told["path"][1:], told["extensions"]["code"]) == ([], "INSUFFICIENT_SCOPE"), told
        found, expected = opened(answered), {"data": self.plain.answer(document, variables)}
        return None if json.dumps(found) == json.dumps(expected) else f"{document}\n{variables}\n{found}\n{expected}"


@pytest.fixture(scope="module")
async def compared(made: Filled, world: World, rows: Rows) -> AsyncIterator[Compared]:
    plain = await Plain.load(rows, made.charity.id)
    headers = {"Authorization": f"Bearer {made.charity.manager.token()}", "Accept": NEW}
    async with client(world.app) as http:
        yield Compared(made, plain, _values(made, plain), http, headers)


def _values(made: Filled, plain: Plain) -> Values:
    """Arguments that find something."""
    manager = made.charity.manager
    values: dict[str, dict[str, list[Any]]] = {
        table: {"id": [str(row["id"]) for row in plain.tables[table][:6]] + [str(UUID(int=1))]}
        for table in TABLES.values()
    }
    anything = [str(row["id"]) for table in NODES.values() for row in plain.tables[table][:3]]
    dice = random.Random(0)
    values["types"] = {"of": [*NODES]}
    values["node"] = {"id": [*anything, str(UUID(int=1)), "x"]}
    values["nodes"] = {"ids": [dice.choices([*anything, "x"], k=dice.randint(0, 6)) for _ in range(20)]}
    values["referralBy"] = {
        "by": [
            *({"id": one} for one in values["referral"]["id"]),
            {"reference": made.person["reference"]},
            {"reference": "x"},
            {
                "partnerReference": {
                    "partnerId": str(made.charity.partner_id),
                    "partnerReference": made.person["partner_reference"],
                }
            },
        ]
    }
    values["organisationBy"] = {"by": [{"code": "EQU"}, {"code": "XXX"}, {"id": str(made.charity.id)}]}
    values["memberBy"] = {"by": [{"email": "manager@equ.example"}, {"id": str(manager.id)}]}
    values["ReferralFilter"] = {
        "disposition": [["waiting"], ["allocated", "declined_by_person"], []],
        "source": [["prison_offender_manager"], ["family"]],
        "receivedFrom": ["2026-11-01", "2027-01-01"],
        "receivedTo": ["2026-10-31", "2026-11-01"],
        "programmeId": [made.charity.programme_id, str(UUID(int=1))],
        "personId": [made.ids["person_id"]],
        "reference": [made.person["reference"], "x"],
        "partnerReference": [made.person["partner_reference"]],
    }
    values["PersonFilter"] = {"establishment": ["BXI", "ZZZ"]}
    values["MemberFilter"] = {"role": ["mentor", "manager"], "standing": ["ACTIVE"]}
    values["ClientFilter"] = {"role": ["referrer"], "standing": ["ACTIVE", "REVOKED"]}
    values["OrganisationFilter"] = {"active": [True, False]}
    values["ProgrammeFilter"] = {"intake": ["open", "paused"]}
    return values


async def test_a_random_document_is_answered_as_by_plain_execution(compared: Compared) -> None:
    answered, differ = 0, []
    for seed in range(DOCUMENTS - DOCUMENTS // 2):
        document, variables = Dice(seed, compared.values).document(ROOTS)
        if _within_limits(document, variables):
            answered += 1
            if (found := await compared.differs(document, variables)) is not None:
                differ.append(f"seed {seed}\n{found}")
    assert not differ, f"{len(differ)} of {answered} differ, the first:\n{differ[0]}"
    assert answered >= DOCUMENTS * 0.4, f"only {answered} could be compared"


def _within_limits(document: str, variables: dict[str, Any]) -> bool:
    """Not two that answer under one name with other arguments, nor more than one document may ask."""
    try:
        check(read(document), None, variables)
    except DocumentTooComplex:
        return False
    return not validate(schema(), parse(document))


async def test_every_field_of_everything_with_an_id_is_answered_as_by_plain_execution(compared: Compared) -> None:
    """What is drawn need not reach each field: here each is asked for, of three of each type, with what hangs on it."""
    differ = []
    for kind, table in NODES.items():
        ids = [str(row["id"]) for row in compared.plain.tables[table][:3]]
        document = f"{{ nodes(ids: {json.dumps(ids)}) {{ __typename ... on {kind} {{ {_all_of(kind)} }} }} }}"
        if (found := await compared.differs(document, {})) is not None:
            differ.append(found)
    assert not differ, f"{len(differ)} differ, the first:\n{differ[0]}"


def _all_of(kind: str, depth: int = 2) -> str:
    """A selection of each field of a type; of a list inside it, the first few."""
    told = []
    for name, field in cast(GraphQLObjectType, schema().type_map[kind]).fields.items():
        of = get_named_type(field.type)
        if not isinstance(of, GraphQLObjectType):
            told.append(name)
        elif of.name.endswith("Connection"):
            told.append(f"{name}(first: 2) {{ edges {{ cursor node {{ __typename }} }} }}")
        elif "id" in of.fields or depth == 0:
            told.append(f"{name} {{ __typename }}")
        else:
            told.append(f"{name} {{ {_all_of(of.name, depth - 1)} }}")
    return " ".join(told)


async def test_a_document_that_hypothesis_draws_is_answered_as_by_plain_execution(compared: Compared) -> None:
    drawn = drawn_documents(ROOTS, compared.values)
    loop = asyncio.get_running_loop()
    found = 0

    @settings(
        max_examples=DOCUMENTS // 2,
        derandomize=DOCUMENTS <= 500,  # so that a change is judged by the same ones
        database=None,
        deadline=None,
        phases=[Phase.generate] if DOCUMENTS <= 500 else list(Phase),  # a long search for a short one is for the night
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn)
    def answered_alike(document: str) -> None:
        nonlocal found
        assume(_within_limits(document, {}))
        found += 1
        differs = asyncio.run_coroutine_threadsafe(compared.differs(document, {}), loop).result()
        assert differs is None, differs

    await asyncio.to_thread(answered_alike)
    assert found >= DOCUMENTS * 0.4


async def test_the_plain_answer_would_notice_one_wrong_value(made: Filled, rows: Rows) -> None:
    """Else the two might agree for the wrong reason."""
    plain = await Plain.load(rows, made.charity.id)
    query = "{ referrals(first: 100) { edges { cursor node { id history { step } person { familyName } } } } }"
    sent = await made.charity.manager.post("/graphql", {"query": query})
    assert opened(sent.json()["data"]) == plain.answer(query, {})
    for table, column in (("disposition_change", "step"), ("person", "family_name"), ("referral", "received_on")):
        plain = await Plain.load(rows, made.charity.id)
        row = next(
            row
            for row in plain.tables[table]
            if str(made.ids["referral_id"]) in map(str, row.values())
            or (table == "person" and str(row["id"]) == made.ids["person_id"])
        )
        row[column] = row[column].replace(year=2001) if column == "received_on" else "another"
        assert opened(sent.json()["data"]) != plain.answer(query, {}), table
