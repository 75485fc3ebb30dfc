"""The compiled answer is graphql-core's own: random documents, answered by one statement a field, and answered plainly."""

import json
import os
import random
from typing import Any
from uuid import UUID

import pytest
from graphql import parse, validate

from app.graphql.schema import schema
from tests.graphql.documents import Dice
from tests.graphql.door import NEW
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
    for step, given in (
        ("allocate", {}),
        ("decline", {"reason": "No."}),
        ("merge", {"into": filled.ids["referral_id"]}),
    ):
        pushed = await charity.push(needs=["HEALTH"], received_on="2026-10-15", reason=f"Before {step}")
        await charity.coordinator.step(f"/v1/referrals/{pushed['id']}/{step}", given)
    await charity.push(custody={"legal_status": "SENTENCED", "conditional_release_date": "2026-12-01"})
    await charity.push(custody={})
    for table in ("organisation", "programme", "member", "client", "person", "referral"):
        await rows.copies(table, "charity_id", charity.id, 12)
    return filled


async def test_a_random_document_is_answered_as_by_plain_execution(made: Filled, world: World, rows: Rows) -> None:
    manager = made.charity.manager
    plain = await Plain.load(rows, made.charity.id)
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
    compared = unequal = 0
    said = ""
    headers = {"Authorization": f"Bearer {manager.token()}", "Accept": NEW}
    async with client(world.app) as http:
        for seed in range(DOCUMENTS):
            document, variables = Dice(seed, values).document(ROOTS)
            if validate(schema(), parse(document)):
                continue  # two that answer under one name with other arguments
            sent = await http.post("/graphql", json={"query": document, "variables": variables}, headers=headers)
            if sent.status_code == 400 and "GRAPHQL_LIMIT_EXCEEDED" in sent.text:
                continue
            assert sent.status_code == 200, (document, variables, sent.text)
            expected = {"data": plain.answer(document, variables)}
            compared += 1
            if json.dumps(opened(sent.json())) != json.dumps(expected):  # as text: the order of members is part of it
                unequal += 1
                said = said or f"seed {seed}\n{document}\n{variables}\n{opened(sent.json())}\n{expected}"
    assert not unequal, f"{unequal} of {compared} differ, the first:\n{said}"
    assert compared >= DOCUMENTS * 0.8, f"only {compared} of {DOCUMENTS} could be compared"


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
