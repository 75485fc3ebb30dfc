"""`python -m bench.matching`: a run over a programme by HTTP, and the solver alone, as tables in README.md."""

import argparse
import ctypes
import gc
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from app.domain.kernel.actor import ActorKind
from app.domain.matching.optimum import UNSERVED, Edges, solve
from bench import dataset, machine, report
from bench.ours import Ours

BEGIN, END = "<!-- matching: begin -->", "<!-- matching: end -->"
PROGRAMME = str(dataset.uid(dataset.PROGRAMME, 999))
FEASIBLE = 100
"""Mentors whom the rules leave to each person, for the solver alone."""
SIZES = ((1_000, 300), (5_000, 1_500), (20_000, 6_000))
WARM_UP = 2


@dataclass(frozen=True)
class Solved:
    """What one size took: seconds, and MB over what was held before."""

    seconds: list[float]
    memory: float
    pairs: int
    served: int


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.matching", description=__doc__)
    parser.add_argument("--times", type=int, default=9, help="how often each is measured; medians are told")
    parser.add_argument("--write", action="store_true", help="put the tables into README.md")
    asked = parser.parse_args()
    text = "\n\n".join((_head(asked.times), _by_http(asked.times), _alone(asked.times)))
    print(text)
    if asked.write:
        report.write(text, BEGIN, END)
    return 0


def _head(times: int) -> str:
    at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"Measured on {at} with `make bench-matching`: medians of {times}. {machine.described()}."


def _by_http(times: int) -> str:
    """The service in a process of its own, as it is started in production; one question after another."""
    with dataset.server() as running:
        machine.pin_server(running)
        dataset.prepare(running, dataset.FEWEST)
        dsn = running.url(dataset.RUN)
        dataset.add(dsn, Path(__file__).with_name("matching.sql"))
        ours = Ours(dsn, dataset.FEWEST, dataset.KEPT)
        try:
            ours.start()
            with httpx.Client(base_url=f"http://127.0.0.1:{ours.port}", timeout=60) as client:
                client.headers["Authorization"] = f"Bearer {ours.token(ActorKind.MEMBER, 0)}"
                return _asked(client, times)
        finally:
            ours.stop()
            dataset.discard(running)


def _asked(client: httpx.Client, times: int) -> str:
    def posted(path: str, body: dict[str, Any], status: int) -> httpx.Response:
        answer = client.post(path, json=body)
        if answer.status_code != status:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:300]}")
        return answer

    def run() -> str:
        summary = posted("/v1/match-runs", {"programme_id": PROGRAMME}, 201).json()["summary"]
        return f"{summary['people']:,} people, {summary['mentors']} mentors, {summary['served']} served"

    [waiting] = client.get("/v1/referrals", params={"programme_id": PROGRAMME, "limit": 1}).json()["items"]

    def candidates() -> str:
        found = client.get(f"/v1/referrals/{waiting['id']}/match-candidates").json()
        return f"{len(found['pairs'])} pairs"

    def ahead() -> str:
        assume = {"engagement_weeks": [20, 26, 30, 39, 52], "leaving": {"events": 5, "weeks": 1000}}
        body = {"assume": assume, "what_if": {"useful_weeks": 8}}
        found = posted(f"/v1/programmes/{PROGRAMME}/forecast", body, 200).json()
        return f"{found['as_planned']['runs']} runs of 52 weeks, twice"

    cases: dict[str, Callable[[], str]] = {
        "`POST /v1/match-runs`": run,
        "`GET …/match-candidates`": candidates,
        "`POST …/forecast` with a what-if": ahead,
    }
    lines = ["| whole call | of | median ms | slowest ms |", "| --- | --- | ---: | ---: |"]
    for name, ask in cases.items():
        for _ in range(WARM_UP):
            of = ask()
        took = sorted(_timed(ask) for _ in range(times))
        lines.append(f"| {name} | {of} | {statistics.median(took) * 1000:.0f} | {took[-1] * 1000:.0f} |")
    return "\n".join(lines)


def _alone(times: int) -> str:
    lines = [
        "| solver alone | pairs | served | median s | slowest s | memory MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for people, mentors in SIZES:
            found = pool.apply(solved, (people, mentors, times))
            lines.append(
                f"| {people:,} people, {mentors:,} mentors | {found.pairs:,} | {found.served:,}"
                f" | {statistics.median(found.seconds):.3f} | {max(found.seconds):.3f} | {found.memory:.0f} |"
            )
    return "\n".join(lines)


def solved(people: int, mentors: int, times: int) -> Solved:
    """In a process of its own, so that what it needs at the most can be told from what was there."""
    random = np.random.default_rng(1)
    columns = np.empty((people, FEASIBLE), dtype=np.int32)
    for row in columns:
        row[:] = np.sort(random.choice(mentors, FEASIBLE, replace=False))
    rows = np.repeat(np.arange(people, dtype=np.int32), FEASIBLE)
    points = random.integers(0, 100, people * FEASIBLE).astype(np.int32)
    edges, places = Edges(people, mentors, rows, columns.ravel(), points), [1] * mentors
    before = _forget()
    assigned = solve(edges, places)
    memory = _held("VmHWM") - before
    took = [_timed(lambda: solve(edges, places)) for _ in range(times)]
    return Solved(took, memory, len(rows), sum(column != UNSERVED for column in assigned))


def _timed(what: Callable[[], Any]) -> float:
    started = time.perf_counter()
    what()
    return time.perf_counter() - started


def _forget() -> float:
    """Let the high-water mark begin anew (Linux); what is held now, in MB."""
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _held("VmRSS")


def _held(mark: str) -> float:
    status = Path("/proc/self/status")
    if not status.exists():
        return float("nan")
    return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith(mark))


if __name__ == "__main__":
    sys.exit(main())
