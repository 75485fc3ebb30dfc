"""Django REST framework and django-ninja, each behind gunicorn with one worker process of eight threads."""

from pathlib import Path
from typing import Any

from bench.cases import PAGE, Case, One, Push, Question, Seen
from bench.contender import OverHttp
from bench.load import Request
from bench.machine import Process, free_port, said
from bench.peers.installing import environment_of
from bench.peers.pushed import body_for_all, database_variables

HERE = Path(__file__).parent


class _Django(OverHttp):
    """The same models and the same statements behind two doors."""

    urls = ""
    package = ""
    requirements = ""
    slash = ""

    def version(self) -> str:
        python = self.kept / "peers" / self.requirements / "venv" / "bin" / "python"
        code = "from importlib.metadata import version as v; print({0!r}, v({0!r}), 'Django', v('django'))"
        return said([python, "-c", code.format(self.package)])

    def start(self) -> None:
        requirements = HERE / "requirements" / f"{self.requirements}.txt"
        programs = environment_of(self.kept / "peers" / self.requirements, requirements)
        self.port = free_port()
        command = [programs / "gunicorn", "--workers", 1, "--worker-class", "gthread", "--threads", 8]
        command += ["--keep-alive", 60, "--bind", f"127.0.0.1:{self.port}", "--log-level", "warning"]
        self.process = Process(
            [*command, "django_app.wsgi:application"],
            cwd=HERE / "apps",
            environment={**database_variables(self.dsn), "BENCH_URLS": self.urls, "PYTHONDONTWRITEBYTECODE": "1"},
            log=self.kept / "peers" / f"{self.requirements}.log",
        )
        self.process.wait_for(f"http://127.0.0.1:{self.port}/")

    def offers(self, case: Case) -> bool:
        return not case.graphql and not case.keyed

    def request(self, case: Case, question: Question) -> Request:
        if isinstance(question, Push):
            return Request(f"/referrals{self.slash}", body_for_all(question, self.name), expects=201)
        if isinstance(question, One):
            return Request(f"/referrals/{question.id}{self.slash}")
        whose = f"charity_id={question.charity_id}&programme_id={question.programme_id}"
        return Request(f"/referrals{self.slash}?{whose}&received_to={question.until}&limit={PAGE}")

    def seen(self, case: Case, body: Any) -> list[Seen]:
        listed = body["results"] if isinstance(body, dict) and "results" in body else body
        items = listed if isinstance(listed, list) else [listed]
        return [Seen(item["id"], item["person"]["family_name"], item["eligibility"]["outcome"]) for item in items]


class DjangoRest(_Django):
    name = "DjangoREST"
    told = "Django REST framework: ModelViewSet, nested serializers, prefetching, gunicorn with 8 threads"
    urls = "django_app.rest"
    package = "djangorestframework"
    requirements = "django-rest"
    slash = "/"


class DjangoNinja(_Django):
    name = "django-ninja"
    told = "django-ninja: the same models with pydantic schemas, gunicorn with 8 threads"
    urls = "django_app.ninja_api"
    package = "django-ninja"
    requirements = "django-ninja"
