"""Metrics and reports through the REST door: who is shown what, what is frozen, in which formats."""

import asyncio
import csv
import io
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from zipfile import ZipFile

import orjson
import pytest

from app.api.tabular import NAMES, harmless
from app.domain.kernel.access import Role
from app.domain.reports.catalogue import BY_NAME
from tests.matching.helpers import made, programme_of_its_own
from tests.outcomes.helpers import judged
from tests.reports.helpers import QUARTER, frozen, published
from tests.security.rows import Rows
from tests.sessions.helpers import engaged
from tests.world import Caller, CharityWorld, World

PERIOD = f"from={QUARTER['period_from']}&to={QUARTER['period_to']}"


async def metric(by: Caller, charity: CharityWorld, name: str, more: str = f"&{PERIOD}", status: int = 200) -> Any:
    answer = await by.get(f"/v1/metrics/{name}?programme_id={charity.programme_id}{more}")
    assert answer.status_code == status, answer.text
    return answer.json()


async def busy(world: World, many: int = 3) -> CharityWorld:
    """A programme with some referrals, received in the period."""
    charity = await programme_of_its_own(world.a)
    for _ in range(many):
        await charity.push(charity.coordinator, received_on="2026-11-02")
    return charity


async def test_insiders_see_true_counts_of_any_period_and_each_look_is_on_record(world: World) -> None:
    charity = await busy(world)
    told = await metric(charity.coordinator, charity, "referrals_received")
    assert (told["numerator"], told["suppression"], told["threshold"], told["snapshot_id"]) == (3, "none", None, None)
    assert told["period"] == {"from": QUARTER["period_from"], "to": QUARTER["period_to"]}
    parts = await metric(charity.coordinator, charity, "dispositions")
    assert sum(row["numerator"] for row in parts["rows"]) == parts["numerator"] == 3
    trail = await charity.staff[Role.DATA_PROTECTION_LEAD].get("/v1/audit?action=metrics.read_unsuppressed")
    assert [one["subject_id"] for one in trail.json()["items"]][:1] == [str(charity.coordinator.id)]
    before = await metric(charity.coordinator, charity, "referrals_received", "&from=2026-01-01&to=2026-11-01")
    assert before["numerator"] == 0
    for spoilt in ("&from=2026-11-02", "&from=2026-11-02&to=2026-11-01", "&from=1990-01-01&to=2026-11-01"):
        await metric(charity.coordinator, charity, "referrals_received", spoilt, 422)
    await metric(charity.coordinator, charity, "no_such_metric", status=404)


async def test_an_analyst_sees_published_periods_and_nothing_else(world: World) -> None:
    charity = await busy(world)
    analyst = charity.staff[Role.ANALYST]
    problem = await metric(analyst, charity, "referrals_received", status=404)
    assert problem["code"] == "PERIOD_NOT_PUBLISHED"
    report = await frozen(charity)
    assert (await analyst.get(f"/v1/reports/{report['id']}")).status_code == 404, "frozen is not published"
    await published(charity, report)
    for more in (f"&{PERIOD}", "", f"&report_id={report['id']}"):
        told = await metric(analyst, charity, "referrals_received", more)
        assert (told["numerator"], told["suppressed"], told["suppression"]) == (None, True, "applied")
        assert (told["snapshot_id"], told["threshold"]) == (report["id"], 5)
    await metric(analyst, charity, "referrals_received", "&from=2026-10-01&to=2026-11-19", 404)
    await metric(analyst, charity, "capacity", status=404)
    listed = (await analyst.get(f"/v1/metrics?programme_id={charity.programme_id}")).json()
    assert [one["report_id"] for one in listed["published"]] == [report["id"]]
    assert {one["name"] for one in listed["items"]} == {n for n, one in BY_NAME.items() if not one.inside_only}
    assert (await analyst.get(f"/v1/reports/{report['id']}?view=inside")).status_code == 403
    assert (await analyst.get("/v1/reports")).status_code == 403
    assert (await analyst.get("/v1/people")).status_code == 403


async def test_a_scope_narrows_a_manager_to_the_published_figures(world: World) -> None:
    charity = await busy(world)
    report = await frozen(charity)
    await published(charity, report)
    narrowed = replace(charity.manager, scopes={"metrics:read"})
    answer = await narrowed.get(f"/v1/reports/{report['id']}")
    assert answer.json()["suppression"] == "applied"
    assert (await charity.manager.get(f"/v1/reports/{report['id']}")).json()["suppression"] == "none"
    outside = (await charity.manager.get(f"/v1/reports/{report['id']}?view=outside")).json()
    assert outside == answer.json(), "an insider sees what outsiders see"


async def test_what_was_frozen_stays_whatever_happens_later(world: World, rows: Rows) -> None:
    charity = await busy(world)
    report = await frozen(charity)
    address = f"/v1/reports/{report['id']}"
    before = (await charity.coordinator.get(address)).text
    await charity.push(charity.coordinator, received_on="2026-11-02")
    assert (await metric(charity.coordinator, charity, "referrals_received"))["numerator"] == 4
    assert (await charity.coordinator.get(address)).text == before
    again = await metric(charity.coordinator, charity, "referrals_received", f"&report_id={report['id']}")
    assert (again["numerator"], again["snapshot_id"]) == (3, report["id"])
    kept = await rows.sql.fetchrow(
        "select metrics::text || figures::text as kept from report where id = $1::uuid", report["id"]
    )
    ids = {*(await rows.ids(charity.id))} - {report["id"], charity.programme_id}
    assert not [one for one in ids if one in kept["kept"]], "no id of anybody is in it"


async def test_no_two_published_periods_share_a_day_not_even_at_once(world: World) -> None:
    charity = await busy(world)
    reports = [await frozen(charity, period_to=f"2026-11-1{n}") for n in range(4)]
    answers = await asyncio.gather(*(charity.manager.post(f"/v1/reports/{one['id']}/publish", {}) for one in reports))
    assert sorted(answer.status_code for answer in answers)[:1] == [201]
    assert [answer.status_code for answer in answers].count(201) == 1
    [first] = [one for one, answer in zip(reports, answers, strict=True) if answer.status_code == 201]
    problem = await published(charity, first, 409)
    assert problem["code"] == "PUBLISHED_ALREADY"
    other = next(one for one in reports if one is not first)
    problem = await published(charity, other, 409)
    assert (problem["code"], problem["links"]) == ("DAYS_PUBLISHED_ALREADY", {"report": f"/v1/reports/{first['id']}"})
    apart = await frozen(charity, period_from="2026-11-14", period_to="2026-11-15")
    await published(charity, apart)


async def test_a_person_counts_once_and_outcomes_are_shares_of_everybody(world: World) -> None:
    engagement = await engaged(world.a)
    today = f"&from=2020-01-01&to={engagement['started_on']}"
    before = await metric(world.a.coordinator, world.a, "outcomes", today)
    await judged(world.a.coordinator, engagement, "HEALTH_WELLBEING")
    after = await metric(world.a.coordinator, world.a, "outcomes", today)
    changed = {
        row["key"]: row["numerator"] - old["numerator"] for row, old in zip(after["rows"], before["rows"], strict=True)
    }
    assert {key for key, more in changed.items() if more} == {"HEALTH_WELLBEING"}
    people = await metric(world.a.coordinator, world.a, "people_supported", today)
    assert {row["denominator"] for row in after["rows"]} == {people["numerator"]}


FORMATS = ("csv", "ndjson", "xlsx", "parquet")


@pytest.mark.parametrize("name", ["dispositions", "referrals_received", "outcomes"])
async def test_the_numbers_are_the_same_in_every_format(world: World, name: str) -> None:
    charity = await busy(world)
    told = await metric(charity.coordinator, charity, name)
    expected = [(row["key"], row["numerator"], row["denominator"], row["percent"]) for row in told["rows"]]
    if told["numerator"] is not None:
        expected.insert(0, ("", told["numerator"], told["denominator"], told["percent"]))
    for kind in FORMATS:
        answer = await charity.coordinator.get(
            f"/v1/metrics/{name}?programme_id={charity.programme_id}&{PERIOD}&format={kind}"
        )
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert list(_read(kind, answer.content)) == expected, kind


def _read(kind: str, content: bytes) -> Iterable[tuple[str, int | None, int | None, int | None]]:
    def number(value: Any) -> int | None:
        return None if value in ("", None) else int(value)

    rows: list[dict[str, Any]]
    if kind == "csv":
        assert content.count(b"\r\n") == content.count(b"\n")
        rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    elif kind == "ndjson":
        rows = [orjson.loads(line) for line in content.splitlines()]
    elif kind == "parquet":
        from pyarrow import parquet

        rows = parquet.read_table(io.BytesIO(content)).to_pylist()
    else:
        rows = _sheet(content)
    assert tuple(rows[0]) == NAMES
    for row in rows:
        yield row["key"] or "", number(row["numerator"]), number(row["denominator"]), number(row["percent"])


def _sheet(content: bytes) -> list[dict[str, Any]]:
    """The cells of a workbook's sheet, read from its XML."""
    from xml.etree import ElementTree

    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with ZipFile(io.BytesIO(content)) as book:
        texts = [one.text or "" for one in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{space}t")]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert not list(sheet.iter(f"{space}f")), "no formula"
    rows = []
    for line in sheet.iter(f"{space}row"):
        cells: dict[int, Any] = {}
        for cell in line.iter(f"{space}c"):
            letters = "".join(one for one in cell.get("r", "") if one.isalpha())
            place = sum((ord(one) - 64) * 26**n for n, one in enumerate(reversed(letters))) - 1
            value = cell.findtext(f"{space}v")
            cells[place] = texts[int(value or 0)] if cell.get("t") == "s" else value
        rows.append([cells.get(n) for n in range(len(NAMES))])
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


async def test_a_csv_says_where_its_columns_are_described(world: World) -> None:
    charity = await busy(world)
    at = f"/v1/metrics/dispositions?programme_id={charity.programme_id}&{PERIOD}"
    answer = await charity.coordinator.get(at, headers={"Accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    described = answer.headers["link"].partition(">")[0].removeprefix("<")
    metadata = (await charity.coordinator.get(described)).json()
    assert [column["name"] for column in metadata["tableSchema"]["columns"]] == list(NAMES)
    assert "format=csv" in metadata["url"]


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(begins: str) -> None:
    assert harmless(f"{begins}HYPERLINK(1)") == f"'{begins}HYPERLINK(1)"
    assert harmless("Staying calm") == "Staying calm"
    assert harmless(-3) == -3


async def test_a_report_is_the_same_bytes_each_time_as_page_and_as_pdf(world: World) -> None:
    charity = await busy(world)
    report = await frozen(charity, title="A <script> & more")
    at = f"/v1/reports/{report['id']}"
    for kind, begins in (("html", b"<!doctype html>"), ("pdf", b"%PDF-1.7"), ("json", b"{")):
        first, second = [await charity.coordinator.get(f"{at}?format={kind}") for _ in range(2)]
        assert first.status_code == 200, first.text
        assert first.content == second.content
        assert first.content.startswith(begins)
    page = (await charity.coordinator.get(at, headers={"Accept": "text/html"})).text
    assert "<script" not in page
    assert "A &lt;script&gt; &amp; more" in page
    assert page.count('role="img"') == page.count("<figure>") == page.count("<table>") > 10
    pdf = (await charity.coordinator.get(at, headers={"Accept": "application/pdf"})).content
    assert {mark for mark in (b"/StructTreeRoot", b"/MarkInfo", b"/Lang", b"pdfuaid") if mark in pdf} == {
        b"/StructTreeRoot",
        b"/MarkInfo",
        b"/Lang",
        b"pdfuaid",
    }


async def test_charts_carry_their_data_and_hide_what_is_hidden(world: World) -> None:
    charity = await busy(world)
    report = await frozen(charity)
    await published(charity, report)
    at = f"/v1/reports/{report['id']}/charts/dispositions"
    inside = json.loads((await charity.coordinator.get(at)).content)
    assert sum(one["count"] for one in inside["data"]["values"]) == 3
    assert "url" not in inside["data"]
    outside = json.loads((await charity.staff[Role.ANALYST].get(at)).content)
    assert sum(one["count"] for one in outside["data"]["values"]) == 0
    drawn = await charity.staff[Role.ANALYST].get(f"{at}?format=svg")
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert "not shown" in drawn.text
    assert (await charity.coordinator.get(f"/v1/reports/{report['id']}/charts/people_supported")).status_code == 404


@pytest.mark.parametrize(
    ("spoilt", "pointer"),
    [
        ({"period_to": "2026-09-30"}, "/period_to"),
        ({"period_to": "2199-01-01"}, "/period_to"),
        ({"period_from": "1990-01-01"}, "/period_to"),
        ({"programme_id": "01900000-0000-7000-8000-00000000dead"}, "/programme_id"),
    ],
)
async def test_a_report_is_of_days_that_have_come(world: World, spoilt: dict[str, str], pointer: str) -> None:
    body = {"programme_id": world.a.programme_id, "title": "A period", **QUARTER, **spoilt}
    problem = await made(world.a.coordinator, "/v1/reports", body, 422)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
