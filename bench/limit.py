"""What PostgreSQL itself can do: pgbench with the statements of the service, prepared, as the superuser."""

import asyncio
import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from app.postgres import EmbeddedPostgres
from app.postgres.binaries import environment
from bench.cases import Case, Many, One, Question, Seen, questions, right_answer
from bench.contender import WRITTEN, Wrong
from bench.dataset import CHARITIES, CHARITY, DAYS, FIRST_DAY, PROGRAMME, PROGRAMMES, REFERRAL, uid
from bench.inner import inner
from bench.load import Measured
from bench.machine import first_core, pinned, said
from bench.ours import Ours
from bench.writing import written_by_a_push

CLIENTS = 8
_SAMPLE = 12
# As the service's own connections.
_OPTIONS = "-c plan_cache_mode=force_generic_plan -c jit=off -c timezone=UTC"
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_PARAMETER = re.compile(r"\$(\d+)")
_VARIABLE = re.compile(r"(?<!:):([a-z]\w*)")


def made_uid(kind: int, variable: str) -> str:
    """An id of the data set from its number; a select of its own, so that it is made once and not for each row."""
    prefix = str(uid(kind, 0))[:24]
    return f"(select ('{prefix}' || lpad(to_hex(:{variable}::bigint), 12, '0'))::uuid)"


def _without_colons(sql: str) -> str:
    """pgbench takes a colon before a letter for a variable of its own, inside a text too."""

    def escaped(match: re.Match[str]) -> str:
        text = match[0]
        if not re.search(r":[A-Za-z_]", text):
            return text
        if "\\" in text:
            raise RuntimeError(f"cannot be written for pgbench: {text}")
        return "E" + text.replace(":", r"\x3a")

    return _LITERAL.sub(escaped, sql)


class Limit:
    """8 clients on the same core on which the services run, PostgreSQL on the other."""

    name = "pgbench"
    told = "PostgreSQL alone: the service's own inner statements, prepared, without tokens or row security"

    def __init__(self, running: EmbeddedPostgres, dsn: str, referrals: int, kept: Path, cases: list[Case]) -> None:
        self._running, self.dsn, self._referrals, self._kept = running, dsn, referrals, kept
        self._cases = cases
        self._scripts: dict[str, tuple[str, dict[str, str]]] = {}

    def version(self) -> str:
        return said([self._running.bin("pgbench"), "--version"])

    def offers(self, case: Case) -> bool:
        return True

    def start(self) -> None:
        for case in self._cases:
            if case.kind != "write":
                self._scripts[case.key] = asyncio.run(self._reading(case))
        writes = [case for case in self._cases if case.kind == "write"]
        if writes:
            pusher = Ours(self.dsn, self._referrals, self._kept)
            pusher.start()
            try:
                for case in writes:
                    self._scripts[case.key] = (asyncio.run(written_by_a_push(pusher, case)), {})
            finally:
                pusher.stop()

    def stop(self) -> None:
        pass

    async def _reading(self, case: Case) -> tuple[str, dict[str, str]]:
        """The script of a read, and the values that all its calls have in common."""
        plan, values = await inner(case, questions(case, self._referrals)[0])
        given: dict[str, str] = {}

        def parameter(match: re.Match[str]) -> str:
            name = plan.names[int(match[1]) - 1]
            if name == "key":
                return made_uid(REFERRAL, "n")
            if name == "ctx_charity":
                return made_uid(CHARITY, "charity")
            if name.endswith("filter_programme_id"):
                return made_uid(PROGRAMME, "programme")
            if name.endswith("filter_received_to"):
                return f"(select date '{FIRST_DAY}' + :day::integer)"
            if name not in values and name not in plan.constants:
                raise RuntimeError(f"the service's statement has a parameter of which nothing is known here: {name}")
            value = values.get(name, plan.constants.get(name))
            given[f"v_{name}"] = f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)
            return f":v_{name}"

        statement = _PARAMETER.sub(parameter, _without_colons(plan.sql))
        if case.kind == "one":
            head = f"\\set n random(1, {self._referrals})\n\\set charity :n % {CHARITIES}\n"
        else:
            head = (
                f"\\set programme random(0, {PROGRAMMES - 1})\n\\set charity :programme * {CHARITIES} / {PROGRAMMES}\n"
                f"\\set day random({DAYS // 2}, {DAYS - 1})\n"
            )
        return f"{head}{statement};\n", given

    def check(self, case: Case) -> None:
        asyncio.run(self._check(case))

    async def _check(self, case: Case) -> None:
        connection = await asyncpg.connect(self.dsn)
        try:
            if case.kind == "write":
                before = await _counted(connection)
                self._run(case, ["--transactions", "1"])
                after = await _counted(connection)
                missing = [table for table in before if after[table] - before[table] < CLIENTS]
                if missing:
                    raise Wrong(f"{case.key} wrote too little into {', '.join(missing)}")
                return
            for question in questions(case, self._referrals)[:_SAMPLE]:
                rows = await connection.fetch(self._with_values(case, question))
                found = _seen(case, [json.loads(row["j"]) for row in rows][:50])
                if found != await right_answer(connection, case, question):
                    raise Wrong(f"{case.key}: the statement answers something else")
        finally:
            await connection.close()

    def _with_values(self, case: Case, question: Question) -> str:
        """The script's statement with its variables filled in, as pgbench would."""
        script, given = self._scripts[case.key]
        numbers = {"charity": question.charity}
        if isinstance(question, One):
            numbers["n"] = question.number
        elif isinstance(question, Many):
            numbers |= {"programme": question.programme, "day": (question.until - FIRST_DAY).days}
        statement = "\n".join(line for line in script.splitlines() if not line.startswith("\\"))
        texts = {name: str(value) for name, value in numbers.items()} | {
            name: "'" + value.replace("'", "''") + "'" for name, value in given.items()
        }
        return _VARIABLE.sub(lambda match: texts[match[1]], statement)

    def measure(self, case: Case, seconds: int) -> Measured:
        return self._run(case, ["--time", str(seconds)])

    def _run(self, case: Case, how_long: list[str]) -> Measured:
        script, given = self._scripts[case.key]
        address = urlsplit(self.dsn)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "script.sql"
            file.write_text(script, encoding="utf-8")
            command = [self._running.bin("pgbench"), "--no-vacuum", "--protocol", "prepared", "--client", CLIENTS]
            command += ["--jobs", 1, *how_long, "--log", "--log-prefix", Path(folder) / "log", "--file", file]
            for name, value in given.items():
                command += ["--define", f"{name}={value}"]
            command += ["--host", address.hostname, "--port", address.port, "--username", address.username]
            done = subprocess.run(
                [str(part) for part in [*command, address.path.lstrip("/")]],
                capture_output=True,
                text=True,
                check=False,
                cwd=folder,
                env=environment({"PGPASSWORD": address.password or "", "PGOPTIONS": _OPTIONS}),
                preexec_fn=pinned(first_core()),
            )
            processed = re.search(r"actually processed: (\d+)", done.stdout)
            rate = re.search(r"tps = ([\d.]+)", done.stdout)
            if done.returncode or processed is None or rate is None or "ERROR" in done.stderr:
                raise RuntimeError(f"pgbench: {(done.stderr or done.stdout).strip()[-400:]}")
            took = sorted(
                int(line.split()[2]) for log in Path(folder).glob("log*") for line in log.read_text().splitlines()
            )
        count = int(processed[1])
        failed = re.search(r"number of failed transactions: (\d+)", done.stdout)
        return Measured(
            requests=count,
            seconds=count / float(rate[1]),
            p50=_percentile(took, 0.50),
            p99=_percentile(took, 0.99),
            failed=int(failed[1]) if failed else 0,
        )


def _percentile(microseconds: list[int], share: float) -> float:
    return microseconds[min(int(len(microseconds) * share), len(microseconds) - 1)] / 1000 if microseconds else 0.0


def _seen(case: Case, found: list[Any]) -> list[Seen]:
    if not case.graphql:
        return [Seen(one["id"], one["person"]["family_name"], one["eligibility"]["outcome"]) for one in found]
    nodes = [edge["node"] for edge in found[0]["edges"]] if case.kind == "list" else found
    return [
        Seen(
            node["id"],
            node["person"]["familyName"],
            node["eligibility"]["outcome"],
            tuple(entry["sequence"] for entry in node["history"]),
        )
        for node in nodes
    ]


async def _counted(connection: asyncpg.Connection) -> dict[str, int]:
    return {table: await connection.fetchval(f"select count(*) from {table}") for table in (*WRITTEN, "event")}
