"""What every contender is asked to do."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import asyncpg
import httpx

from bench import load
from bench.cases import Case, Push, Question, Seen, questions, right_answer
from bench.load import Measured, Request
from bench.machine import Process

WRITTEN = (
    "person",
    "custody_facts",
    "consent",
    "referral",
    "disposition_change",
    "eligibility_decision",
    "audit_entry",
)
"""Where a push leaves a row; and one in the outbox."""
_SAMPLE = 12


class NotInstalled(RuntimeError):
    """A contender that cannot take part, and why."""


class Wrong(RuntimeError):
    """Somebody's answers are not the right ones, so nothing of them is reported."""


class Contender(Protocol):
    """Somebody who is measured. `told` are the words about him in the table."""

    name: str
    told: str

    def version(self) -> str: ...

    def start(self) -> None:
        """Raises `NotInstalled`."""

    def offers(self, case: Case) -> bool: ...

    def check(self, case: Case) -> None:
        """Raises `Wrong`."""

    def measure(self, case: Case, seconds: int) -> Measured: ...

    def stop(self) -> None: ...


class OverHttp:
    """A contender that answers over HTTP: subclasses say how it is started, asked and understood."""

    name = ""
    told = ""
    written: tuple[str, ...] = (*WRITTEN, "event")

    def __init__(self, dsn: str, referrals: int, kept: Path) -> None:
        self.dsn, self.referrals, self.kept = dsn, referrals, kept
        self.port = 0
        self.process: Process | None = None
        self._pushed = 0

    def version(self) -> str:
        raise NotImplementedError

    def start(self) -> None:
        raise NotImplementedError

    def offers(self, case: Case) -> bool:
        raise NotImplementedError

    def request(self, case: Case, question: Question) -> Request:
        raise NotImplementedError

    def seen(self, case: Case, body: Any) -> list[Seen]:
        raise NotImplementedError

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()

    def check(self, case: Case) -> None:
        """Ask some of the questions one at a time and compare with what PostgreSQL itself says."""
        asyncio.run(self._check(case))

    async def _check(self, case: Case) -> None:
        connection = await asyncpg.connect(self.dsn)
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=60) as http:
                for question in questions(case, self.referrals)[:_SAMPLE]:
                    if isinstance(question, Push):
                        before = await self._counted(connection)
                        await self._ask(http, case, question)
                        after = await self._counted(connection)
                        missing = [table for table in self.written if after[table] <= before[table]]
                        if missing:
                            raise Wrong(f"{case.key} wrote nothing into {', '.join(missing)}")
                        continue
                    found = self.seen(case, await self._ask(http, case, question))
                    expected = await right_answer(connection, case, question)
                    if found != expected:
                        differ = [(f, e) for f, e in zip(found, expected, strict=False) if f != e][:1]
                        raise Wrong(
                            f"{case.key} answered {len(found)} of {len(expected)}; the first difference: {differ}"
                        )
        finally:
            await connection.close()

    async def _ask(self, http: httpx.AsyncClient, case: Case, question: Question) -> Any:
        self._pushed += 1
        request = self.request(case, question).numbered(self._pushed)
        answer = await http.request(
            request.method,
            request.path,
            content=request.body,
            headers=request.headers | ({"Content-Type": "application/json"} if request.body is not None else {}),
        )
        if answer.status_code != request.expects:
            raise Wrong(f"{case.key} answered {answer.status_code}: {answer.text[:300]}")
        body = json.loads(answer.text) if answer.text else {}
        if isinstance(body, dict) and body.get("errors"):
            raise Wrong(f"{case.key} answered errors: {json.dumps(body['errors'])[:300]}")
        return body

    def measure(self, case: Case, seconds: int) -> Measured:
        asked = [self.request(case, question) for question in questions(case, self.referrals)]
        if case.kind != "write":
            return self._loaded(asked, seconds)
        before = asyncio.run(self._count())
        measured = self._loaded(asked, seconds)
        after = asyncio.run(self._count())
        for table in self.written:
            if after[table] - before[table] < measured.requests:
                grown = after[table] - before[table]
                raise Wrong(f"{case.key}: {measured.requests} answers, but {table} grew by {grown}")
        return measured

    def _loaded(self, asked: list[Request], seconds: int) -> Measured:
        before = self.process.worked() if self.process else None
        measured = load.wrk(asked, port=self.port, seconds=seconds, start=self._next_start())
        after = self.process.worked() if self.process else None
        # What is still under way at the end has used its share too: with few answers it would be told of the others.
        if before is None or after is None or measured.requests < 10 * load.CONNECTIONS:
            return measured
        return replace(measured, cpu=(after - before) * 1000 / measured.requests)

    def _next_start(self) -> int:
        """Every number is used once: by a check or by a measurement."""
        start = (self._pushed // 10_000_000 + 1) * 10_000_000
        self._pushed = start + 10_000_000
        return start

    async def _count(self) -> dict[str, int]:
        connection = await asyncpg.connect(self.dsn)
        try:
            return await self._counted(connection)
        finally:
            await connection.close()

    async def _counted(self, connection: asyncpg.Connection) -> dict[str, int]:
        return {table: await connection.fetchval(f"select count(*) from {table}") for table in self.written}
