"""His certificate."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import touch
from app.domain.support.toolkits.errors import CertificateThere, NoCertificate
from app.domain.support.toolkits.models import (
    Certificate,
    IssueCertificate,
    ProgressState,
    ProgressStep,
)
from app.domain.support.toolkits.operations.checking import day_between, progress_for, stood
from app.domain.support.toolkits.operations.working import certificate_of
from app.domain.support.toolkits.rules import NUMBER_LETTERS, number_of

_LETTERS = 12
"""Of 32: 60 bits, so that nobody guesses one and no two are ever alike."""


async def certify(
    session: AsyncSession,
    *,
    actor: Actor,
    progress_id: UUID,
    command: IssueCertificate,
    version: int | None,
    now: datetime,
) -> Certificate:
    """One for each toolkit that he has completed: of two at once the second waits for the progress and finds its version
    changed. Raises `NoCertificate` (409), `CertificateThere` (409)."""
    row = await progress_for(session, actor=actor, progress_id=progress_id, version=version, step=None)
    if (there := await certificate_of(session, row)) is not None:
        raise CertificateThere(links={"certificate": f"/v1/certificates/{there}"})
    if row.state != ProgressState.COMPLETED or not row.gives_certificate or row.ended_on is None:
        raise NoCertificate()
    issued_on = day_between(command.issued_on, row.ended_on, now, "/issued_on")
    made = Certificate(
        charity_id=actor.charity_id,
        engagement_id=row.engagement_id,
        person_id=row.person_id,
        progress_id=row.id,
        number=number_of([secrets.choice(NUMBER_LETTERS) for _ in range(_LETTERS)]),
        name=command.name,
        title=row.title,
        accredited=row.accredited,
        issued_on=issued_on,
        awarded_by=command.awarded_by,
        created_at=now,
        created_by=actor.subject_id,
    )
    session.add(made)
    touch(row, now=now)
    await stood(session, actor=actor, row=row, step=ProgressStep.CERTIFY, now=now, done_on=issued_on)
    return made
