"""The demo's year at Brixton against the totals of the charity's report, and that seeding can be repeated safely."""

import asyncio
import json
import stat
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.auth.credentials import check_password, digest_matches
from app.database import Database
from app.demo import year
from app.demo.charity import PROGRAMMES, ensure_charity
from app.demo.credentials import read_credentials
from app.demo.outcomes import IMPROVED
from app.demo.people import FAMILY_NAMES, GIVEN_NAMES
from app.demo.plan import FIRST_DAY, LAST_DAY
from app.demo.seeding import seed
from app.domain.eligibility.seeded import names
from app.domain.kernel.access import Role
from app.domain.kernel.errors import Unavailable
from app.domain.organisations.bootstrap import found_platform
from app.domain.people.offences import OffenceGroup, ReportOffenceGroup
from app.domain.people.rules import age_on
from app.domain.referrals import queries
from app.domain.referrals.models import DEMO_PROGRAMME_ID
from app.domain.referrals.rules import Flag, Waiting, waiting_list

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
PROGRAMME = UUID(DEMO_PROGRAMME_ID)
REPORT: dict[str, Any] = json.loads((Path(__file__).parent.parent / "data" / "brixton_report.json").read_text())

LAST_STEPS = """
select r.*, d.effective_on, d.step, d.reason as why, d.recorded_by
  from referral r
  join lateral (
    select * from disposition_change d where d.referral_id = r.id order by d.sequence desc limit 1
  ) d on true
"""


@pytest.fixture(scope="module")
def dsn(new_database: Callable[[], str]) -> str:
    return new_database()


@pytest.fixture(scope="module")
def other_dsn(new_database: Callable[[], str]) -> str:
    return new_database()


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
async def database(dsn: str, data_dir: Path) -> AsyncIterator[Database]:
    opened = Database(dsn, pool_size=2)
    await seed(opened, now=NOW, with_year=True, data_dir=data_dir)
    yield opened
    await opened.close()


@pytest.fixture
async def sql(database: Database, dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """As the owner of the server, who sees everything."""
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


async def ledger(database: Database, data_dir: Path) -> list[asyncpg.Record]:
    coordinator = (await ensure_charity(database, now=NOW, data_dir=data_dir)).coordinator
    assert coordinator is not None
    [clock] = await database.fetch(queries.ledger_clock(), {}, actor=coordinator)
    period = {"programme": PROGRAMME, "from": FIRST_DAY, "to": LAST_DAY, "as_of": clock["now"]}
    return await database.fetch(queries.ledger(), period, actor=coordinator)


def assert_as_reported(rows: list[asyncpg.Record]) -> None:
    sources: Counter[str] = Counter()
    dispositions: Counter[str] = Counter()
    for row in rows:
        sources[row["source"]] += row["count"]
        dispositions[row["disposition"]] += row["count"]
    renamed = {"operational_staff_csu": "operational_staff"}
    stated = {code.lower(): count for code, count in REPORT["referral_sources"].items()}
    assert dict(sources) == {renamed.get(code, code): count for code, count in stated.items()}
    assert dispositions["allocated"] == REPORT["dispositions"]["ALLOCATED"]
    assert dispositions["waiting"] == REPORT["dispositions"]["WAITING_LIST"]
    assert dispositions["released_unserved"] == REPORT["dispositions"]["LEFT_ELIGIBLE_NO_CAPACITY"]
    assert dispositions.total() == REPORT["referrals"]
    invented = set(dispositions) - {"allocated", "waiting", "released_unserved"}
    assert sum(dispositions[code] for code in invented) == REPORT["dispositions"]["NOT_STATED_IN_REPORT"]
    assert "awaiting_confirmation" not in dispositions


async def test_the_ledger_has_the_reports_totals(database: Database, data_dir: Path) -> None:
    assert_as_reported(await ledger(database, data_dir))


async def test_the_period_is_filled_from_its_first_day_to_its_last(sql: asyncpg.Connection) -> None:
    [row] = await sql.fetch("select min(received_on) as first, max(received_on) as last from referral")
    assert (row["first"], row["last"]) == (date(2024, 2, 1), date(2025, 3, 31))


async def test_those_with_a_mentor_are_as_the_report_counts_them(sql: asyncpg.Connection) -> None:
    rows = await sql.fetch(
        f"select p.date_of_birth, l.effective_on, c.ethnicity from ({LAST_STEPS}) l join person p on p.id = l.person_id"
        " join protected_characteristics c on c.person_id = p.id where l.disposition = 'allocated'"
    )
    bands: Counter[str] = Counter()
    for row in rows:
        age = age_on(row["date_of_birth"], row["effective_on"])
        low = 20 if age <= 25 else age - (age - 1) % 5
        bands[f"{low}-{25 if age <= 25 else low + 4}"] += 1
    assert dict(bands) == REPORT["age_bands"]
    assert Counter(row["ethnicity"] for row in rows) == REPORT["ethnicity"]


async def test_their_convictions_are_the_reports_and_two_thirds_are_violent(sql: asyncpg.Connection) -> None:
    rows = await sql.fetch("select offence_group from conviction")
    groups = [OffenceGroup(row["offence_group"]) for row in rows]
    listed = Counter(g.report_group.value for g in groups if g.report_group is not ReportOffenceGroup.OTHER)
    assert listed == REPORT["convictions_listed"]
    assert 3 * sum(group.violent for group in groups) == 2 * len(groups)


async def test_every_name_and_number_is_visibly_invented(sql: asyncpg.Connection) -> None:
    people = await sql.fetch("select given_name, family_name, known_as from person")
    assert len(people) == REPORT["referrals"]
    for row in people:
        assert row["given_name"] in GIVEN_NAMES
        assert row["family_name"] in FAMILY_NAMES
        assert row["known_as"] == []
    numbers = [row["value"] for row in await sql.fetch("select value from person_identifier")]
    assert all(number.startswith("A0") and number.endswith("AA") for number in numbers)


async def test_each_disposition_was_reached_by_its_true_path(sql: asyncpg.Connection, data_dir: Path) -> None:
    stated = {"allocated", "waiting", "released_unserved"}
    for row in await sql.fetch(LAST_STEPS):
        assert FIRST_DAY <= row["received_on"] <= row["effective_on"] <= LAST_DAY
        if row["disposition"] not in stated:
            assert "nvented by the demo" in (row["why"] or row["reason"])
    outcomes = await sql.fetch(
        "select r.disposition, d.outcome, d.custody_end, r.received_on from referral r join lateral (select *"
        " from eligibility_decision d where d.referral_id = r.id order by d.sequence desc limit 1) d on true"
    )
    expected = {"ineligible": "INELIGIBLE", "awaiting_information": "UNDETERMINED"}
    assert {(row["disposition"], row["outcome"]) for row in outcomes} == {
        (row["disposition"], expected.get(row["disposition"], "ELIGIBLE")) for row in outcomes
    }
    confirmed_by = await sql.fetch(
        "select distinct recorded_by from disposition_change where step = 'confirm_ineligible'"
    )
    members = read_credentials(data_dir)["members"]
    assert [str(row["recorded_by"]) for row in confirmed_by] == [members["coordinator"]["id"]]
    pushed = await sql.fetch("select distinct source from referral where partner_id is not null")
    assert {row["source"] for row in pushed} == {"prison_offender_manager", "other_service"}


async def test_the_waiting_list_is_alive(sql: asyncpg.Connection) -> None:
    rows = await sql.fetch(
        "select r.id, r.received_on, d.custody_end from referral r join eligibility_decision d on d.referral_id = r.id"
        " where r.disposition = 'waiting'"
    )
    waiting = [Waiting(row["id"], row["received_on"], row["custody_end"]) for row in rows]
    places = waiting_list(waiting, today=NOW.date(), minimum="P3M", to_first_session="P14D", warning_days=28)
    assert [place.flags for place in places] == [
        (Flag.LAST_USEFUL_START_SOON,),
        (),
        (),
        (),
        (),
        (Flag.CUSTODY_END_UNKNOWN,),
    ]


async def test_there_is_a_programme_for_each_seeded_policy(sql: asyncpg.Connection) -> None:
    assert set(PROGRAMMES) == set(names())
    rows = await sql.fetch("select p.id from programme p join eligibility_policy e on e.programme_id = p.id")
    assert {row["id"] for row in rows} == {key for key, _ in PROGRAMMES.values()}


def test_the_credentials_are_the_owners_alone(database: Database, data_dir: Path) -> None:
    [file] = data_dir.iterdir()
    assert file.name == "demo-credentials.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_the_credentials_open_the_door(sql: asyncpg.Connection, data_dir: Path) -> None:
    kept = read_credentials(data_dir)
    digest = await sql.fetchval("select digest from client_secret where client_id = $1", UUID(kept["client_id"]))
    assert digest_matches(kept["client_secret"], digest)
    assert set(kept["members"]) == {role.value for role in Role}
    for role, one in kept["members"].items():
        row = await sql.fetchrow("select * from member where id = $1", UUID(one["id"]))
        assert (row["email"], row["roles"]) == (one["username"], [role])
    coordinator = kept["members"]["coordinator"]
    assert (kept["username"], kept["password"]) == (coordinator["username"], coordinator["password"])
    stored = await sql.fetchval("select password_hash from member where email = $1", kept["username"])
    assert check_password(kept["password"], stored).ok


async def everything(sql: asyncpg.Connection) -> dict[str, str]:
    tables = await sql.fetch("select tablename as name from pg_tables where schemaname = 'public' order by 1")
    digest = "select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from"
    return {row["name"]: await sql.fetchval(f'{digest} "{row["name"]}" t') for row in tables}


async def test_seeding_again_changes_nothing_and_keeps_what_was_entered(
    database: Database, sql: asyncpg.Connection, data_dir: Path
) -> None:
    await sql.execute(
        "update programme set name = 'Entered by somebody', version = version + 1 where id = $1", PROGRAMME
    )
    await sql.execute("update referral set reason = 'Entered by somebody' where disposition = 'waiting'")
    before, credentials = await everything(sql), read_credentials(data_dir)
    await seed(database, now=datetime.now(UTC), with_year=True, data_dir=data_dir)
    assert await everything(sql) == before
    assert read_credentials(data_dir) == credentials


async def test_the_platform_is_founded_once_even_by_two_at_once(other_dsn: str) -> None:
    database = Database(other_dsn, pool_size=2)

    async def found(name: str) -> UUID:
        async with database.bootstrap() as session:
            operator = await found_platform(
                session, operator_email=f"{name}@platform.example", operator_name=name, password_hash="none", now=NOW
            )
        return operator.id

    made = await asyncio.gather(found("one"), found("two"))
    assert {*made, await found("later")} == {made[0]}
    await database.close()


async def test_a_run_that_broke_off_is_completed_and_lost_credentials_are_renewed(
    other_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(other_dsn, pool_size=2)
    calls = 0
    take_step = year.take_step

    async def broken(*arguments: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 30:
            raise ConnectionResetError
        return await take_step(*arguments, **more)

    monkeypatch.setattr(year, "take_step", broken)
    with pytest.raises(Unavailable):
        await seed(database, now=NOW, with_year=True, data_dir=tmp_path)
    lost = read_credentials(tmp_path)
    (tmp_path / "demo-credentials.json").unlink()
    await seed(database, now=NOW, with_year=True, data_dir=tmp_path)
    assert_as_reported(await ledger(database, tmp_path))
    kept = read_credentials(tmp_path)
    assert kept["members"]["manager"]["id"] == lost["members"]["manager"]["id"]
    sql = await asyncpg.connect(other_dsn)
    stored = await sql.fetchval("select password_hash from member where email = $1", kept["username"])
    valid = await sql.fetch("select digest from client_secret where expires_at is null")
    await sql.close()
    await database.close()
    assert check_password(kept["password"], stored).ok
    assert not check_password(lost["password"], stored).ok
    assert [digest_matches(kept["client_secret"], row["digest"]) for row in valid] == [True]


async def test_the_demos_mentor_has_mentees(sql: asyncpg.Connection) -> None:
    assert (
        await sql.fetchval(
            "select count(*) from engagement e join mentor m on m.id = e.mentor_id join member u on u.id = m.member_id"
            " where u.email = 'mentor@charity.example' and e.state = 'ACTIVE'"
        )
        == 3
    )


async def test_the_31_have_a_mentor_each_within_everybodys_capacity(sql: asyncpg.Connection) -> None:
    stages = dict(await sql.fetch("select stage, count(*) from mentor group by stage"))
    assert stages == {"ACTIVE": 14, "TRAINED": 9}
    held = await sql.fetch(
        "select m.capacity, count(e.id) as held from mentor m left join engagement e"
        " on e.mentor_id = m.id and e.state = 'ACTIVE' group by m.id"
    )
    assert sum(row["held"] for row in held) == REPORT["dispositions"]["ALLOCATED"]
    assert all(row["held"] == row["capacity"] for row in held)
    assert await sql.fetchval("select count(*) from engagement_change") == 3 * REPORT["dispositions"]["ALLOCATED"]


async def test_their_sessions_tell_what_the_prison_prevented_and_ended_nothing(sql: asyncpg.Connection) -> None:
    found = dict(
        await sql.fetch("select coalesce(prison_cause, attendance), count(*) from mentoring_session group by 1")
    )
    assert found.keys() >= {"ATTENDED", "LOCK_DOWN", "NO_ESCORT", "MOVED", "MENTEE_DID_NOT_ATTEND", "MENTEE_DECLINED"}
    of_each = await sql.fetch("select count(*) as n from mentoring_session group by engagement_id")
    assert len(of_each) == REPORT["dispositions"]["ALLOCATED"]
    assert min(row["n"] for row in of_each) >= 20
    assert await sql.fetchval("select count(*) from session_entry") == sum(row["n"] for row in of_each)
    assert await sql.fetchval("select count(*) from engagement where state <> 'ACTIVE'") == 0


async def test_through_the_gate_it_counts_as_the_report_does(sql: asyncpg.Connection) -> None:
    told = await sql.fetchrow(
        "select count(*) as eligible, count(offered_on) as offered, count(accepted_on) as accepted,"
        " count(first_contact_on) as first_contact, count(supported_on) as supported, count(sustained_on) as sustained,"
        " count(*) filter (where supported_on is not null and exists (select 1 from placement p where p.person_id ="
        " g.person_id and p.accommodation = 'A02')) as to_approved_premises, count(ends_on) as running from gate_support g"
    )
    assert dict(told) == {
        "eligible": 12,
        "offered": 12,
        "accepted": 8,
        "first_contact": 7,
        "supported": 7,
        "sustained": 5,
        "to_approved_premises": 3,
        "running": 7,
    }


async def test_four_were_met_in_two_prisons_in_one_relationship_each(sql: asyncpg.Connection) -> None:
    found = await sql.fetch(
        "select s.engagement_id, e.state, array_agg(distinct s.establishment) as prisons, count(*) as held"
        " from mentoring_session s join engagement e on e.id = s.engagement_id where s.state = 'HELD'"
        " and s.establishment is not null group by 1, 2 having count(distinct s.establishment) > 1"
    )
    assert len(found) == 4
    assert {row["state"] for row in found} == {"ACTIVE"}
    assert {prison for row in found for prison in row["prisons"]} == {"BXI", "TSI", "WWI", "ISI", "MTI"}


async def test_no_session_of_the_released_is_in_a_prison_after_his_release(sql: asyncpg.Connection) -> None:
    wrong = await sql.fetchval(
        "select count(*) from mentoring_session s join gate_support g on g.engagement_id = s.engagement_id"
        " where (s.starts_at at time zone 'Europe/London')::date >= g.released_on and s.setting <> 'COMMUNITY'"
    )
    assert wrong == 0
    met = "select count(*) from mentoring_session where setting = 'COMMUNITY' and state = 'HELD'"
    assert await sql.fetchval(met) > 20


async def test_some_of_each_audience_were_asked_and_some_did_not_wish_to_say(sql: asyncpg.Connection) -> None:
    found = {(row["audience"], row["status"]) for row in await sql.fetch("select audience, status from feedback")}
    for audience in ("MENTEE", "MENTOR", "PROFESSIONAL"):
        assert {(audience, "ANSWERED"), (audience, "DECLINED")} <= found


async def test_each_of_them_has_a_plan_and_a_goal_and_some_a_certificate(sql: asyncpg.Connection) -> None:
    allocated = REPORT["dispositions"]["ALLOCATED"]
    assert await sql.fetchval("select count(distinct engagement_id) from action_plan") == allocated
    assert await sql.fetchval("select count(distinct engagement_id) from goal") == allocated
    states = dict(
        await sql.fetch(
            "select p.state, count(*) from toolkit_progress p join toolkit t on t.id = p.toolkit_id"
            " where t.code = 'FUTC' group by 1"
        )
    )
    assert states == {"COMPLETED": 5, "GOING_ON": 4}
    assert await sql.fetchval("select count(*) from certificate") == 5
    kinds = {
        row["family"] or row["code"]
        for row in await sql.fetch("select t.* from toolkit_progress p join toolkit t on t.id = p.toolkit_id")
    }
    assert kinds == {"FUTC", "CONFLICT_RESOLUTION", "TRAUMA", "MONEY_MANAGEMENT"}


async def test_some_of_the_31_were_signposted_and_nothing_was_sent_without_their_consent(
    sql: asyncpg.Connection,
) -> None:
    found = dict(await sql.fetch("select state, count(*) from onward_referral group by 1"))
    assert found.keys() == {"SUGGESTED", "SENT", "ACCEPTED", "STARTED", "CLOSED", "DECLINED"}
    assert sum(found.values()) == (REPORT["dispositions"]["ALLOCATED"] + 1) // 2
    without = "state not in ('SUGGESTED', 'DECLINED') and consent_given_on is null"
    assert await sql.fetchval(f"select count(*) from onward_referral where {without}") == 0


async def test_the_directory_begins_with_sixteen_services_by_name_and_a_second_start_adds_none(
    sql: asyncpg.Connection,
) -> None:
    found = await sql.fetch("select name, status, version, url, email, phones, withdrawn_at from directory_service")
    assert len({row["name"] for row in found}) == len(found) == 16
    assert {(r["status"], r["version"], r["url"], r["email"], *r["phones"], r["withdrawn_at"]) for r in found} == {
        ("active", 1, None, None, None)
    }


async def test_outcomes_are_as_the_report_counts_them(sql: asyncpg.Connection) -> None:
    rows = await sql.fetch(
        "select distinct on (engagement_id, outcome) engagement_id, outcome, judgement from outcome_judgement"
        " order by engagement_id, outcome, sequence desc"
    )
    improved = [row for row in rows if row["judgement"] == "IMPROVED"]
    assert Counter(row["outcome"] for row in improved) == Counter(
        {code.value: count for code, count in IMPROVED.items()}
    )
    stated = REPORT["outcome_numerators"]
    assert sorted(IMPROVED.values()) == sorted(stated.values())
    breadth = Counter(row["engagement_id"] for row in improved)
    assert len(breadth) == REPORT["at_least_one"]
    assert sum(count >= 3 for count in breadth.values()) == REPORT["three_plus"][0]
    assert sum(count >= 5 for count in breadth.values()) == REPORT["five_plus"][0]


async def test_the_demos_report_has_every_total_of_the_charitys_own(sql: asyncpg.Connection) -> None:
    kept = json.loads(await sql.fetchval("select metrics::text from report"))
    metrics = {one["name"]: one for one in kept}
    rows = {name: {row["key"]: row for row in one["rows"]} for name, one in metrics.items()}

    def counts(name: str) -> dict[str, int]:
        return {key: row["numerator"] for key, row in rows[name].items() if row["numerator"]}

    assert (metrics["people_supported"]["numerator"], metrics["referrals_received"]["numerator"]) == (REPORT["n"], 93)
    sources = {code.lower().removesuffix("_csu"): count for code, count in REPORT["referral_sources"].items()}
    assert counts("referrals_by_source") == sources
    became = counts("dispositions")
    assert [became[one] for one in ("allocated", "waiting", "released_unserved")] == [31, 6, 17]
    assert sum(became.values()) == 93
    assert counts("age_bands") == REPORT["age_bands"]
    assert counts("ethnicity") == REPORT["ethnicity"]
    assert {**counts("offence_groups"), "OTHER": 14} == {**REPORT["convictions_listed"], "OTHER": 14}
    assert (metrics["violent_share"]["numerator"], metrics["violent_share"]["percent"]) == (38, 67)
    shares = sorted((row["numerator"], row["percent"]) for row in rows["outcomes"].values())
    stated = REPORT["outcome_percent_rounded"]
    assert shares == sorted((REPORT["outcome_numerators"][one], stated[one]) for one in stated)
    breadth = rows["outcome_breadth"]
    assert [[breadth[key]["numerator"], breadth[key]["percent"]] for key in ("3_or_more", "5_or_more")] == [
        REPORT["three_plus"],
        REPORT["five_plus"],
    ]
    assert breadth["1_or_more"]["numerator"] == REPORT["at_least_one"]
    gate = counts("gate_support")
    assert {key: gate[key] for key in ("eligible", "accepted", "supported")} == {
        key: REPORT["ttg"][key] for key in ("eligible", "accepted", "supported")
    }
    assert metrics["supported_to_approved_premises"]["numerator"] == REPORT["ttg"]["to_approved_premises"]
    assert metrics["supported_in_multiple_prisons"]["numerator"] == REPORT["multi_prison"]


async def test_the_outside_view_of_the_demos_report_isolates_nobody(sql: asyncpg.Connection) -> None:
    kept = json.loads(await sql.fetchval("select metrics::text from publication"))
    told = [
        (one["name"], row["key"], n)
        for one in kept
        for row in one["rows"]
        for n in (row["numerator"], row["denominator"])
    ]
    assert not [one for one in told if one[2] is not None and 0 < one[2] < 5]
    hidden = {one["name"]: {row["key"] for row in one["rows"] if row["suppressed"]} for one in kept}
    assert hidden["referrals_by_source"] == {"participant_recommendation", "operational_staff", "other_service"}
    assert {row["key"] for one in kept if one["name"] == "ethnicity" for row in one["rows"]} - hidden["ethnicity"] == {
        "W1",
        "B1",
    }
    assert hidden["gate_support"] == {"first_contact", "supported", "sustained"}
