"""Every error is a named fact: a stable code, a title, a meaning, a cure, and a page."""

from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus

import httpx
import pytest

from app.domain.kernel.errors import DomainError, catalogue
from app.main import bare_app


def _kinds(kind: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for below in kind.__subclasses__():
        yield below
        yield from _kinds(below)


KINDS = list(_kinds())
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def test_codes_are_unique() -> None:
    assert [code for code, n in Counter(kind.code for kind in KINDS).items() if n > 1] == []


@every_kind
def test_an_error_is_described(kind: type[DomainError]) -> None:
    assert kind.__doc__
    assert len(kind.__doc__.split()) >= 5
    assert kind.code == kind.code.upper()
    assert kind.title
    assert not kind.title.endswith(".")
    assert kind.cure.endswith(".")
    assert HTTPStatus(kind.status) >= HTTPStatus.BAD_REQUEST


def test_the_catalogue_has_every_error() -> None:
    assert {kind.code for kind in KINDS} == {kind.code for kind in catalogue()}


@every_kind
async def test_the_type_of_a_problem_leads_to_its_page(kind: type[DomainError]) -> None:
    transport = httpx.ASGITransport(app=bare_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://throughgate.example") as http:
        answer = await http.get(f"/problems/{kind.code}")
        page = await http.get(f"/problems/{kind.code}", headers={"Accept": "text/html"})
    assert answer.status_code == page.status_code == HTTPStatus.OK
    assert answer.json()["code"] == kind.code
    assert f"<code>{kind.code}</code>" in page.text
