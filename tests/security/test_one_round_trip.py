"""A read is one statement that checks the token, sets the context and reads within it. Here each one is run among others
of another charity on few connections; what a pool could mix up, this would."""

import asyncio
import hashlib
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from app.database import Database
from app.domain.kernel.access import Role
from app.domain.kernel.errors import NotFound, Unauthenticated
from app.domain.kernel.reading.views import unscoped
from app.domain.kernel.roles import reading_role
from app.domain.organisations.queries import ORGANISATIONS
from app.domain.people.names import name_keys
from tests.security.filled import Filled, document_of
from tests.security.rows import Rows
from tests.security.shapes import OF_ALL, actor_of, modules, shapes, views
from tests.world import Caller, World

SHAPES = shapes()
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def caller_for(role: Role, filled: Filled, world: World) -> Caller:
    if role is Role.PLATFORM_OPERATOR:
        return world.operator
    return filled.charity.machine if role is Role.REFERRER else filled.charity.staff[role]


async def known_of(filled: Filled, rows: Rows) -> dict[str, Any]:
    """A value that finds something for each parameter of each shape, in one charity."""
    ids = {name: UUID(value) for name, value in filled.ids.items() if name != "secret"}
    person = await rows.sql.fetchrow("select * from person where id = $1", ids["person_id"])
    audited = await rows.sql.fetchrow(
        "select * from audit_entry where charity_id = $1 order by id limit 1", filled.charity.id
    )
    known: dict[str, Any] = {
        **ids,
        "sha256": hashlib.sha256(document_of(filled.charity).encode()).hexdigest(),
        "trusted_document.client_id": ids["client_id"],
        "trusted_document.in_force": True,
        "names": name_keys(person["given_name"], person["family_name"]),
        "audit_entry.action": audited["action"],
        "audit_entry.object_id": audited["object_id"],
        "audit_entry.subject_id": audited["subject_id"],
        "client.organisation_id": filled.charity.partner_id,
        "client.role": "referrer",
        "client.standing": "ACTIVE",
        "eligibility_decision.sequence": 1,
        "establishment.kind": "PRISON",
        "establishment.active": True,
        "member.organisation_id": filled.charity.partner_id,
        "member.role": "referrer",
        "member.standing": "ACTIVE",
        "organisation.kind": "PARTNER",
        "organisation.active": True,
        "person.establishment": "BXI",
        "programme.intake": "open",
    }
    for view in ("referral", "submitted_referral"):
        known |= {
            f"{view}.programme_id": ids["programme_id"],
            f"{view}.person_id": ids["person_id"],
            f"{view}.partner_id": filled.charity.partner_id,
            f"{view}.disposition": ["waiting"],
            f"{view}.source": ["prison_offender_manager"],
            f"{view}.received_from": date(2026, 11, 1),
            f"{view}.received_to": date(2026, 11, 1),
            f"{view}.reference": filled.person["reference"],
            f"{view}.partner_reference": filled.person["partner_reference"],
        }
    known["organisation.code"] = await rows.one("select code from organisation where id = $1", filled.charity.id)
    known["member.email"] = await rows.one("select email from member where id = $1", filled.charity.manager.id)
    for view in ("custody_facts", "consent", "explanation"):
        known[f"{view}.person_id"] = ids["person_id"]
    for view in ("disposition_change", "eligibility_decision"):
        known[f"{view}.referral_id"] = ids["referral_id"]
    known["eligibility_policy.programme_id"] = ids["programme_id"]
    known |= await _mentoring(filled, rows)
    for view in views().values():
        table = view.row.__tablename__
        known[f"key of {view.name}"] = (
            "BXI"
            if table == "establishment"
            else ids["referral_id"]
            if table == "referral"
            else ids["person_id"]
            if view.key == "person_id" or table == "person"
            else await rows.one(
                f"select {view.key} from {table} where charity_id = $1 order by id limit 1", filled.charity.id
            )
        )
    return known


async def _mentoring(filled: Filled, rows: Rows) -> dict[str, Any]:
    """The same for mentors and matching."""
    ids = {name: UUID(value) for name, value in filled.ids.items() if name != "secret"}
    charity = filled.charity
    going_on = await rows.sql.fetchrow("select * from engagement where id = $1", ids["engagement_id"])
    apart = await rows.sql.fetchrow("select * from match_exclusion where mentor_id = $1", ids["mentor_id"])
    task = await rows.sql.fetchrow("select * from bridging_task where id = $1", ids["task_id"])
    session = await rows.sql.fetchrow(
        "select * from mentoring_session where series_id = $1 and attendance is not null", ids["series_id"]
    )
    plan = await rows.sql.fetchrow("select * from action_plan where id = $1", ids["plan_id"])
    goal = await rows.sql.fetchrow("select * from goal where id = $1", ids["goal_id"])
    progress = await rows.sql.fetchrow("select * from toolkit_progress where id = $1", ids["progress_id"])
    onward = await rows.sql.fetchrow("select * from onward_referral where id = $1", ids["onward_referral_id"])
    permission = await rows.sql.fetchrow("select * from contact_permission where charity_id = $1", filled.charity.id)
    contact = await rows.sql.fetchrow("select * from professional_contact where charity_id = $1", filled.charity.id)
    leaving = await rows.sql.fetchrow("select * from release_plan where id = $1", ids["release_plan_id"])
    reminder = await rows.sql.fetchrow("select * from reminder where id = $1", ids["reminder_id"])
    line = await rows.sql.fetchrow(
        "select * from person_timeline where engagement_id = $1 limit 1", ids["engagement_id"]
    )
    gone = await rows.sql.fetchrow("select * from death where id = $1", ids["death_id"])
    card = await rows.sql.fetchrow("select * from reconnect_card where id = $1", ids["card_id"])
    support = await rows.sql.fetchrow("select * from gate_support where id = $1", ids["support_id"])
    absence = await rows.sql.fetchrow("select * from temporary_absence where id = $1", ids["absence_id"])
    review = await rows.sql.fetchrow("select * from move_review where id = $1", ids["review_id"])
    placement = await rows.sql.fetchrow("select * from placement where id = $1", ids["placement_id"])
    of_mentor = ("mentor_step", "mentor_check", "mentor_training", "supervision_contact", "mentor_hours")
    return {
        "colleague.role": "manager",
        "mentor.stage": "ACTIVE",
        "mentor.kind": "VOLUNTEER",
        "mentor.programme_id": ids["programme_id"],
        "mentor.supervisor_id": charity.manager.id,
        "mentor.alarm": "SUPERVISOR_AWAY",
        "mentor.establishment": "BXI",
        **{f"{view}.mentor_id": ids["mentor_id"] for view in of_mentor},
        "supervisor_absence.supervisor_id": charity.manager.id,
        **{
            f"engagement.{name}": going_on[name]
            for name in ("state", "mentor_id", "proposed_mentor_id", "person_id", "referral_id", "programme_id")
        },
        **{
            f"session.{name}": session[name]
            for name in ("engagement_id", "person_id", "mentor_id", "state", "setting", "attendance")
        },
        "session.series_id": ids["series_id"],
        "feedback.audience": "MENTEE",
        "feedback.status": "ANSWERED",
        "feedback.form_id": ids["form_id"],
        "feedback.engagement_id": ids["engagement_id"],
        "feedback_form.audience": "MENTEE",
        "feedback_form.in_use": True,
        "calendar_feed.mentor_id": await rows.one("select mentor_id from calendar_feed where id = $1", ids["feed_id"]),
        "calendar_feed.live": True,
        "session.starts_from": datetime(2026, 1, 1, tzinfo=UTC),
        "session.starts_before": datetime(2200, 1, 1, tzinfo=UTC),
        "session_series.engagement_id": session["engagement_id"],
        **{f"action_plan.{name}": plan[name] for name in ("engagement_id", "person_id", "state")},
        **{
            f"goal.{name}": goal[name]
            for name in ("engagement_id", "person_id", "plan_id", "state", "pathway", "proposed_by")
        },
        "toolkit.family": "OWN",
        "toolkit.retired": False,
        **{
            f"toolkit_progress.{name}": progress[name] for name in ("engagement_id", "person_id", "toolkit_id", "state")
        },
        "directory_service.status": "active",
        "directory_service.withdrawn": False,
        "contact.quiet": False,
        "contact.nudge": False,
        "contact.supervisor_id": charity.manager.id,
        "session_note.engagement_id": session["engagement_id"],
        "session_note.session_id": session["id"],
        "barrier.engagement_id": session["engagement_id"],
        "barrier.state": "EASED",
        "barrier.kind": "WORK_OR_EDUCATION",
        "concern.person_id": session["person_id"],
        "concern.type": "SELF_HARM_OR_SUICIDE",
        "concern.told": True,
        "concern.told_late": False,
        "concern.followed_up": False,
        "concern_alarm.acknowledged": False,
        "acct_state.person_id": session["person_id"],
        "acct_state.newest": True,
        "restricted_note.person_id": session["person_id"],
        "restricted_note.kind": "HEALTH",
        "contact.mentor_id": going_on["mentor_id"],
        "contact.programme_id": going_on["programme_id"],
        **{f"onward_referral.{name}": onward[name] for name in ("engagement_id", "person_id", "pathway", "state")},
        **{f"placement.{name}": placement[name] for name in ("person_id", "accommodation", "establishment")},
        **{f"temporary_absence.{name}": absence[name] for name in ("person_id", "kind")},
        "temporary_absence.open": False,
        **{f"move_review.{name}": review[name] for name in ("person_id", "engagement_id", "kind", "decision")},
        "move_review.open": False,
        **{f"gate_support.{name}": support[name] for name in ("programme_id", "person_id", "engagement_id", "state")},
        **{f"contact_permission.{name}": permission[name] for name in ("person_id", "channel", "permitted")},
        "contact_permission.current": True,
        **{f"reminder.{name}": reminder[name] for name in ("kind", "engagement_id", "person_id")},
        "reminder.open": True,
        "reminder.due_by": date(2099, 1, 1),
        "person_merge.person_id": ids["person_id"],
        **{f"timeline_entry.{name}": line[name] for name in ("person_id", "engagement_id", "kind")},
        "timeline_entry.since": date(2000, 1, 1),
        "timeline_entry.until": date(2099, 1, 1),
        "ending_agreement.engagement_id": ids["engagement_id"],
        "ending_agreement.current": True,
        "closing_review.engagement_id": ids["engagement_id"],
        "case_study.engagement_id": ids["engagement_id"],
        "case_study.withdrawn": False,
        "report.programme_id": ids["programme_id"],
        "report.published": True,
        "publication.programme_id": ids["programme_id"],
        "outcome_judgement.engagement_id": ids["engagement_id"],
        "outcome_judgement.outcome": "HEALTH_WELLBEING",
        "outcome_judgement.judgement": "IMPROVED",
        "outcome_judgement.evidence_source": "MENTOR_RECORD",
        "outcome_judgement.stands": True,
        "outcome_summary.programme_id": going_on["programme_id"],
        "outcome_summary.person_id": going_on["person_id"],
        "outcome_summary.state": going_on["state"],
        "outcome_summary.improved": "HEALTH_WELLBEING",
        "outcome_summary.not_assessed": "PROSOCIAL_BELIEFS",
        "measure.code": await rows.one("select code from measure where id = $1", ids["measure_id"]),
        "measure.in_use": True,
        "measure_response.engagement_id": ids["engagement_id"],
        "measure_response.measure_id": ids["measure_id"],
        "measure_response.status": "COMPLETE",
        "measure_response.stands": True,
        "ending.programme_id": ids["programme_id"],
        "ending.person_id": gone["person_id"],
        "ending.state": "ENDED",
        "ending.ends_by": date(2099, 1, 1),
        "ending.agreed": True,
        "ending.planned_end": False,
        "death.person_id": gone["person_id"],
        "death.stands": True,
        **{f"professional_contact.{name}": contact[name] for name in ("person_id", "role")},
        "professional_contact.current": True,
        "licence_condition.person_id": contact["person_id"],
        "licence_condition.condition": "CURFEW",
        "licence_condition.applies": True,
        "licence_condition.current": True,
        **{f"release_plan.{name}": leaving[name] for name in ("programme_id", "person_id", "engagement_id")},
        "release_plan.release_by": date(2099, 1, 1),
        "reconnect_card.support_id": card["support_id"],
        "reconnect_card.used": False,
        "reconnect_card.open": False,
        "gate_support.ends_by": date(2099, 1, 1),
        "placement.current": True,
        "placement.counts": True,
        "bridging_task.engagement_id": task["engagement_id"],
        "bridging_task.kind": task["kind"],
        "bridging_task.open": True,
        "match_profile.person_id": ids["person_id"],
        **{f"match_exclusion.{name}": apart[name] for name in ("person_id", "mentor_id", "kind")},
        "matching_policy.programme_id": ids["programme_id"],
        "match_run.programme_id": ids["programme_id"],
        "match_line.run_id": ids["run_id"],
        "match_line.proposed": True,
        "match_line.approved": False,
    }


@pytest.fixture(scope="module")
async def known(filled: tuple[Filled, Filled], rows: Rows) -> tuple[dict[str, Any], dict[str, Any]]:
    return await known_of(filled[0], rows), await known_of(filled[1], rows)


@pytest.fixture(scope="module")
async def ids(filled: tuple[Filled, Filled], rows: Rows) -> tuple[frozenset[str], frozenset[str]]:
    return await rows.ids(filled[0].charity.id), await rows.ids(filled[1].charity.id)


def test_the_walk_finds_what_there_is() -> None:
    assert len(list(modules())) > 40
    assert {"referral", "submitted_referral", "person", "member", "audit_entry", "conviction"} <= set(views())
    assert len(SHAPES) > 200
    assert set(views()) >= OF_ALL


async def test_no_read_ever_shows_another_charitys_rows_or_misses_its_own(
    world: World,
    filled: tuple[Filled, Filled],
    known: tuple[dict[str, Any], dict[str, Any]],
    ids: tuple[frozenset[str], frozenset[str]],
    database_url: str,
) -> None:
    """Every shape, for both charities, in an order of chance, six at a time on two connections."""
    database = Database(database_url, pool_size=2)
    wrong: list[str] = []
    turns = [(shape, side) for shape in SHAPES for side in (0, 1)]
    random.Random(1).shuffle(turns)

    async def take() -> None:
        while turns:
            shape, side = turns.pop()
            actor = actor_of(caller_for(shape.role, filled[side], world))
            try:
                found = await shape.answer(database, actor, known[side])
            except NotFound:
                found = []
            if not found:
                wrong.append(f"nothing: {shape.name}")
            if not shape.of_all and ids[1 - side] & set(_UUID.findall(" ".join(found))):
                wrong.append(f"another charity's: {shape.name}")

    try:
        await asyncio.gather(*(take() for _ in range(6)))
    finally:
        await database.close()
    assert not sorted(set(wrong))


async def test_a_token_that_claims_another_charity_reads_nothing(
    filled: tuple[Filled, Filled],
    known: tuple[dict[str, Any], dict[str, Any]],
    ids: tuple[frozenset[str], frozenset[str]],
    world: World,
    database_url: str,
) -> None:
    """The query's scope follows the token and row security the database: where they differ, nothing is in both but what is
    everyone's."""
    database = Database(database_url, pool_size=2)
    try:
        for shape in SHAPES[::3]:
            if shape.of_all or shape.nobodys:
                continue
            honest = actor_of(caller_for(shape.role, filled[0], world))
            lying = actor_of(caller_for(shape.role, filled[1], world))
            forged = replace(honest, charity_id=lying.charity_id, organisation_id=lying.organisation_id)
            for side in (0, 1):
                try:
                    found = await shape.answer(database, forged, known[side])
                    if any('"everyones"' in one or "feedback_form" in shape.name for one in found):
                        assert not (ids[0] | ids[1]) & set(_UUID.findall(" ".join(found))), shape.name
                        continue
                    if "toolkit:" in shape.name:  # everybody's are shown to any charity, and no charity's own
                        own = {str(known[one]["key of toolkit"]) for one in (0, 1)}
                        assert not own & set(_UUID.findall(" ".join(found))), shape.name
                        continue
                    assert not found, shape.name
                except NotFound:
                    continue
    finally:
        await database.close()


async def test_nothing_is_left_behind_on_the_connection(
    filled: tuple[Filled, Filled], known: tuple[dict[str, Any], dict[str, Any]], world: World, database_url: str
) -> None:
    """Not after a read, not after one that fails, not after a write that is kept, rolled back, or raises."""
    database = Database(database_url, pool_size=1)
    settings = ("app.charity", "app.subject", "app.organisation", "app.role", "app.request")

    async def left(role: Role) -> list[str]:
        ask_again = "select current_setting($1, true)"
        found = [(await database._readers.fetch(reading_role(role), ask_again, [name]))[0][0] for name in settings]
        async with database.authenticator() as session:
            raw = await (await session.connection()).get_raw_connection()
            ask = raw.driver_connection.fetchval
            found += [await ask("select current_setting($1, true)", name) for name in settings]
        return [value for value in found if value]

    try:
        for shape in SHAPES[:: max(1, len(SHAPES) // 40)]:
            await shape.answer(database, actor_of(caller_for(shape.role, filled[0], world)), known[0])
            assert not await left(shape.role), shape.name
        actor = actor_of(filled[0].charity.manager)
        shape = next(shape for shape in SHAPES if shape.name == "one person")
        with pytest.raises(Unauthenticated):
            await shape.answer(database, replace(actor, authority=actor.authority + 1), known[0])
        assert not await left(Role.MANAGER)
        for keep in (True, False):
            async with database.write(actor, keep=keep):
                pass
            assert not await left(Role.MANAGER)
        with pytest.raises(ZeroDivisionError):
            async with database.write(actor):
                raise ZeroDivisionError
        assert not await left(Role.MANAGER)
    finally:
        await database.close()


async def test_enter_runs_before_any_table_is_looked_at(
    filled: tuple[Filled, Filled], known: tuple[dict[str, Any], dict[str, Any]], world: World, database_url: str
) -> None:
    """In every plan `enter` is the outer side of a nested loop and the tables are the inner one, behind a filter on what
    `enter` answered: the planner cannot turn them round. Planned as in service, once for all values."""
    connection = await asyncpg.connect(
        database_url,
        statement_cache_size=0,
        server_settings={"plan_cache_mode": "force_generic_plan", "jit": "off"},
    )
    try:
        for shape in SHAPES:
            await connection.execute(f'set session role "{reading_role(shape.role)}"')
            plan = await shape.plan(actor_of(caller_for(shape.role, filled[0], world)), known[0])
            await connection.execute(f"prepare shape as {plan.sql}")
            nothing = ", ".join(["null"] * len(plan.names))
            explained = await connection.fetchval(f"explain (format json) execute shape({nothing})")
            await connection.execute("deallocate shape")
            root = orjson.loads(explained)[0]["Plan"]
            [(parent, enter)] = [(above, node) for above, node in _nodes(root) if node.get("Function Name") == "enter"]
            assert parent["Node Type"] == "Nested Loop", shape.name
            outer, inner = parent["Plans"][:2]
            assert outer is enter, shape.name
            assert outer["Parent Relationship"] == "Outer", shape.name
            scans = [node for _, node in _nodes(root) if "Relation Name" in node]
            below = {id(node) for _, node in _nodes(inner)}
            assert all(id(scan) in below for scan in scans), shape.name
            assert _gated(inner), shape.name
    finally:
        await connection.close()


def _gated(node: dict[str, Any]) -> bool:
    """Whether no table is read below unless `enter` has said yes. What runs once for each row of a gated scan (a sub-plan)
    is behind its gate."""
    if "context.ok" in str(node.get("One-Time Filter", "")):
        return True
    if "Relation Name" in node:
        return False
    return all(_gated(child) for child in node.get("Plans", ()) if child["Parent Relationship"] != "SubPlan")


def _nodes(
    node: dict[str, Any], above: dict[str, Any] | None = None
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    yield above or {}, node
    for child in node.get("Plans", ()):
        yield from _nodes(child, node)


async def test_a_select_that_forgets_enter_is_answered_with_no_rows(
    filled: tuple[Filled, Filled], world: World, database_url: str, rows: Rows
) -> None:
    """As each role, on each table of a charity that it may read at all."""
    connection = await asyncpg.connect(database_url)
    looked = 0
    try:
        for role in (*(reading_role(role) for role in Role), "tg_intake"):
            await connection.execute(f'set session role "{role}"')
            for table in await rows.tables():
                readable = await rows.sql.fetch(
                    "select column_name as name from information_schema.columns where table_name = $1"
                    " and has_column_privilege($2, $1, column_name, 'select')",
                    table,
                    role,
                )
                if not readable or (role, table) == ("tg_platform_operator", "organisation"):
                    continue
                columns = ", ".join(row["name"] for row in readable)
                assert not await connection.fetch(f"select {columns} from {table}"), (role, table)
                looked += 1
    finally:
        await connection.close()
    assert looked > 40


async def test_a_select_beside_enter_that_is_not_lateral_shows_its_own_charity_at_most(
    filled: tuple[Filled, Filled], database_url: str, ids: tuple[frozenset[str], frozenset[str]]
) -> None:
    """Written wrongly the answer may be short. It is never another charity's."""
    manager = filled[0].charity.manager
    connection = await asyncpg.connect(database_url, server_settings={"role": "tg_manager"})
    enter = f"throughgate.enter('{manager.id}', 'manager', {manager.authority}, null, null, null)"
    try:
        for wrong in (
            f"select r.id from referral r, {enter} as context(ok)",
            f"select r.id from referral r where (select ok from {enter} as context(ok))",
            f"select r.id from referral r where exists (select from {enter} as context(ok) where ok)",
            f"with context as materialized (select {enter} as ok) select r.id from referral r, context where ok",
        ):
            shown = {str(row["id"]) for row in await connection.fetch(wrong)}
            assert shown <= ids[0], wrong
        # And on this connection, where all of those have run, nothing is open afterwards.
        assert not await connection.fetch("select id from referral")
    finally:
        await connection.close()


async def test_a_token_of_one_role_cannot_ride_on_a_connection_of_another(
    filled: tuple[Filled, Filled], database_url: str
) -> None:
    charity = filled[0].charity
    everybody = {caller.role: caller for caller in charity.everybody()}
    for role in (*(reading_role(role) for role in Role), "tg_intake"):
        connection = await asyncpg.connect(database_url, server_settings={"role": role})
        try:
            for caller in everybody.values():
                allowed = role in (
                    reading_role(caller.role),
                    "tg_intake" if caller.role is Role.REFERRER else reading_role(caller.role),
                )
                asked = connection.fetchval(
                    "select throughgate.enter($1, $2, 1, null, null, null)", caller.id, caller.role.value
                )
                if allowed:
                    assert await asked is True
                else:
                    with pytest.raises(asyncpg.PostgresError, match="does not act as the role") as refused:
                        await asked
                    assert refused.value.sqlstate == "TG401"
        finally:
            await connection.close()


@pytest.mark.parametrize("role", ["none", "superuser", "tg_manager", "manager'--", "", "owner", "authenticator"])
async def test_the_database_refuses_a_role_that_the_holder_does_not_have(
    filled: tuple[Filled, Filled], database_url: str, role: str
) -> None:
    connection = await asyncpg.connect(database_url, server_settings={"role": "tg_mentor"})
    try:
        with pytest.raises(asyncpg.PostgresError) as refused:
            await connection.fetchval(
                "select throughgate.enter($1, $2, 1, null, null, null)", filled[0].charity.manager.id, role
            )
        assert refused.value.sqlstate == "TG401"
    finally:
        await connection.close()


def test_views_without_a_scope_are_those_that_belong_to_nobody() -> None:
    assert {view.name for view in views().values() if view.scope is unscoped} == OF_ALL
    assert ORGANISATIONS.name not in OF_ALL


def test_shapes_have_names_of_their_own() -> None:
    assert len({shape.name for shape in SHAPES}) == len(SHAPES)
