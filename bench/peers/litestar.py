"""Litestar under uvicorn, one process, with uvloop and httptools."""

from typing import Any

from bench.cases import PAGE, Case, One, Push, Question, Seen
from bench.contender import OverHttp
from bench.load import Request
from bench.machine import Process, free_port, said
from bench.peers.django import HERE
from bench.peers.installing import environment_of
from bench.peers.pushed import body_for_all, database_variables


class Litestar(OverHttp):
    """As fast as a hand-written Python service becomes without giving up types."""

    name = "Litestar"
    told = "Litestar with msgspec structs and hand-written SQL over asyncpg, uvicorn with uvloop"

    def version(self) -> str:
        python = self.kept / "peers" / "litestar" / "venv" / "bin" / "python"
        return said([python, "-c", "from importlib.metadata import version as v; print('Litestar', v('litestar'))"])

    def start(self) -> None:
        programs = environment_of(self.kept / "peers" / "litestar", HERE / "requirements" / "litestar.txt")
        self.port = free_port()
        command = [programs / "uvicorn", "litestar_app:app", "--host", "127.0.0.1", "--port", self.port]
        self.process = Process(
            [*command, "--no-access-log", "--log-level", "warning"],
            cwd=HERE / "apps",
            environment={**database_variables(self.dsn), "PYTHONDONTWRITEBYTECODE": "1"},
            log=self.kept / "peers" / "litestar.log",
        )
        self.process.wait_for(f"http://127.0.0.1:{self.port}/")

    def offers(self, case: Case) -> bool:
        return not case.graphql and not case.keyed

    def request(self, case: Case, question: Question) -> Request:
        if isinstance(question, Push):
            return Request("/referrals", body_for_all(question, self.name), expects=201)
        if isinstance(question, One):
            return Request(f"/referrals/{question.id}")
        whose = f"charity_id={question.charity_id}&programme_id={question.programme_id}"
        return Request(f"/referrals?{whose}&received_to={question.until}&limit={PAGE}")

    def seen(self, case: Case, body: Any) -> list[Seen]:
        items = body if isinstance(body, list) else [body]
        return [Seen(item["id"], item["person"]["family_name"], item["eligibility"]["outcome"]) for item in items]
