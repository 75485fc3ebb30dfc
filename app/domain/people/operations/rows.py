"""Rows made of what somebody sent: checked, stamped, not yet added."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.domain.kernel.actor import Actor
from app.domain.kernel.errors import FieldError, ValidationFailed
from app.domain.kernel.rows import civil_date
from app.domain.people.codes import MovementState
from app.domain.people.models import (
    Conviction,
    ConvictionInput,
    CustodyInput,
    IdentifierInput,
    Person,
    PersonIdentifier,
)
from app.domain.people.names import name_keys
from app.domain.people.rules import normalise

_CUSTODY = set(CustodyInput.model_fields)


def place_of(establishment: str | None) -> dict[str, object]:
    """OUT and TRN are where somebody is not: movements, never prisons."""
    movement = MovementState.of_agency(establishment)
    inside = movement is MovementState.IN_ESTABLISHMENT
    return {"establishment": establishment if inside else None, "movement": movement}


def keys_of(row: Person) -> list[str]:
    return name_keys(row.given_name, row.family_name, *row.known_as)


def identifier_rows(
    actor: Actor, person_id: UUID, given: Sequence[IdentifierInput], *, source: str, now: datetime, pointer: str
) -> list[PersonIdentifier]:
    checks = [normalise(one.scheme, one.value, on=civil_date(now)) for one in given]
    wrong = [
        FieldError(
            f"{pointer}/identifiers/{n}/value" if pointer or len(given) > 1 else "/value",
            check.problem,
            f"This cannot be a {given[n].scheme.label}: check it, or leave it out.",
        )
        for n, check in enumerate(checks)
        if check.problem is not None
    ]
    if wrong:
        raise ValidationFailed("An identifier cannot be one of its scheme.", errors=wrong)
    return [
        PersonIdentifier(
            charity_id=actor.charity_id,
            person_id=person_id,
            scheme=one.scheme,
            value=check.value,
            value_received=one.value,
            verified=check.verified,
            source=source,
            created_at=now,
            created_by=actor.subject_id,
        )
        for one, check in zip(given, checks, strict=True)
    ]


def conviction_row(actor: Actor, person_id: UUID, one: ConvictionInput, *, source: str, now: datetime) -> Conviction:
    return Conviction.model_validate(
        one.model_dump()
        | {"charity_id": actor.charity_id, "person_id": person_id, "source": source}
        | {"created_at": now, "created_by": actor.subject_id}
    )


def custody_values(
    actor: Actor,
    person_id: UUID,
    facts: CustodyInput,
    *,
    sequence: int,
    source: str,
    verified_by: str | None,
    now: datetime,
) -> dict[str, object]:
    """The columns of a row of `CustodyFacts`."""
    return {
        **facts.model_dump(include=_CUSTODY),
        **recorded_by(actor, person_id, now),
        "sequence": sequence,
        "source": source,
        "verified_by": verified_by,
    }


def recorded_by(actor: Actor, person_id: UUID, now: datetime) -> dict[str, object]:
    return {
        "charity_id": actor.charity_id,
        "person_id": person_id,
        "recorded_at": now,
        "recorded_by": actor.subject_id,
    }
