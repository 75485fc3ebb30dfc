"""Who may be the same person: a query for candidates, judged by `rules.similarity`, for the charity's eyes only."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from app.domain.kernel.access import Permission, require
from app.domain.kernel.reading.reads import Reads
from app.domain.people.codes import IdentifierScheme
from app.domain.people.models import PossibleMatch, PossibleMatches, SearchPeople
from app.domain.people.names import name_keys
from app.domain.people.queries import PEOPLE, candidates
from app.domain.people.rules import POSSIBLE_DUPLICATE_AT, IdentifierSketch, PersonSketch, normalise, similarity

SHOWN = 20
FOUND_BY_SEARCH = 20
"""A lower score than a warning about duplicates needs: whoever searches wants to see near misses."""


@dataclass(frozen=True)
class CandidateQuery:
    """What `queries.candidates` is asked with, made from a sketch of the person looked for."""

    sketch: PersonSketch
    but: UUID | None = None

    def shape(self) -> dict[str, bool]:
        return {
            "by_identifier": bool(self.sketch.identifiers),
            "by_name": bool(self._names()),
            "by_birth": self.sketch.date_of_birth is not None,
        }

    def empty(self) -> bool:
        return not any(self.shape().values())

    def values(self) -> dict[str, Any]:
        return {
            "held": [f"{held.scheme.value}:{held.value}" for held in self.sketch.identifiers],
            "values": [held.value for held in self.sketch.identifiers],
            "names": self._names(),
            "birth": self.sketch.date_of_birth,
        }

    def _names(self) -> list[str]:
        return name_keys(
            self.sketch.given_name, self.sketch.family_name, *(" ".join(o) for o in self.sketch.other_names)
        )


def looked_for(search: SearchPeople, *, on: date) -> CandidateQuery:
    """A search as a sketch. An identifier of the wrong format is still looked for as it was written."""
    identifiers: tuple[IdentifierSketch, ...] = ()
    if search.identifier is not None:
        checked = normalise(search.identifier.scheme, search.identifier.value, on=on)
        identifiers = (IdentifierSketch(search.identifier.scheme, checked.value, checked.verified),)
    return CandidateQuery(PersonSketch(search.given_name, search.family_name, search.date_of_birth, identifiers))


def sketch_of(row: dict[str, Any]) -> PersonSketch:
    """A row of `queries.candidates` as a sketch."""
    return _sketch(row, born=row["date_of_birth"], held=orjson.loads(row["identifiers"] or "[]"))


def _sketch(person: dict[str, Any], *, born: date | None, held: list[dict[str, Any]]) -> PersonSketch:
    return PersonSketch(
        given_name=person["given_name"],
        family_name=person["family_name"],
        date_of_birth=born,
        identifiers=tuple(IdentifierSketch(IdentifierScheme(h["scheme"]), h["value"], h["verified"]) for h in held),
        establishment=person["establishment"],
        other_names=tuple((alias, "") for alias in person["known_as"]),
    )


def judge(query: CandidateQuery, rows: list[dict[str, Any]], *, at_least: int) -> PossibleMatches:
    """The likeliest first. `at_least` is the lowest score worth showing: lower for a search than for a warning."""
    found = []
    for row in rows:
        if row["id"] == query.but:
            continue
        score = similarity(query.sketch, sketch_of(row))
        if score.score >= at_least:
            found.append(PossibleMatch(person=row, score=score.score, reasons=list(score.reasons)))
    found.sort(key=lambda match: (-match.score, match.person.id))
    return PossibleMatches(items=found[:SHOWN])


def like(person: str, *, but: UUID) -> CandidateQuery:
    """A query for people like this one (the JSON of `PersonRead`), leaving himself out."""
    row = orjson.loads(person)
    born = row["date_of_birth"]
    sketch = _sketch(row, born=date.fromisoformat(born) if born else None, held=row["identifiers"])
    return CandidateQuery(sketch, but=but)


async def search(reads: Reads, command: SearchPeople, *, on: date) -> PossibleMatches:
    """Who it may be that is looked for; near misses too. Raises `Forbidden`."""
    require(reads.actor, Permission.PEOPLE_READ)
    return await _matches(reads, looked_for(command, on=on), at_least=FOUND_BY_SEARCH)


async def possible_duplicates(reads: Reads, person_id: UUID) -> PossibleMatches:
    """Others on file who may be this person. Raises `Forbidden`, `NotFound`."""
    found = await reads.one(PEOPLE, person_id)
    return await _matches(reads, like(found.json, but=person_id), at_least=POSSIBLE_DUPLICATE_AT)


async def _matches(reads: Reads, query: CandidateQuery, *, at_least: int) -> PossibleMatches:
    rows = [] if query.empty() else await reads.rows(candidates(**query.shape()), query.values())
    return judge(query, [dict(row) for row in rows], at_least=at_least)
