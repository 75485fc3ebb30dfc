"""Trusted documents: what a client may ask by its hash, put on file beforehand and withdrawn for good."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor, ActorKind
from app.domain.kernel.changes import apply, load, load_version
from app.domain.kernel.errors import Conflict, NotFound, TrustedDocumentsOnly
from app.domain.organisations.models import Client, RegisterDocument, Standing, TrustedDocument

MOST_IN_FORCE = 1_000
"""Documents of one client."""

Judge = Callable[[str], None]
"""Refuses, by a domain error that points to `/document`, what would not be answered: the language is the door's."""


async def register_document(
    session: AsyncSession, *, actor: Actor, client_id: UUID, command: RegisterDocument, judge: Judge, now: datetime
) -> TrustedDocument:
    """Let a client ask this document by its hash. Where it may already, what is on file is answered, as it is.

    Two at once are safe: the second waits for the client's lock and finds what the first one made; the unique index stands
    behind it.
    """
    require(actor, Permission.TRUSTED_DOCUMENTS_WRITE)
    await _see_to(session, actor, client_id)
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(f"trusted-documents|{client_id}", 0))))
    sha256 = hashlib.sha256(command.document.encode()).hexdigest()
    in_force = (TrustedDocument.client_id == client_id, col(TrustedDocument.withdrawn_at).is_(None))
    known = await session.exec(select(TrustedDocument).where(*in_force, TrustedDocument.sha256 == sha256))
    if (found := known.one_or_none()) is not None:
        return found
    judge(command.document)
    count = await session.exec(select(func.count()).select_from(TrustedDocument).where(*in_force))
    if count.one() >= MOST_IN_FORCE:
        raise Conflict(
            f"This client has {MOST_IN_FORCE:,} documents in force, which is the most.",
            cure="Withdraw those that it no longer asks.",
        )
    row = TrustedDocument.model_validate(
        command.model_dump()
        | {"charity_id": actor.charity_id, "client_id": client_id, "sha256": sha256}
        | {"created_at": now, "updated_at": now, "created_by": actor.subject_id}
    )
    session.add(row)
    await session.flush()
    await audit.record(session, "trusted_document.registered", row.id, command.model_fields_set)
    return row


async def withdraw_document(
    session: AsyncSession, *, actor: Actor, document_id: UUID, version: int | None, now: datetime
) -> TrustedDocument:
    """From the commit on, nobody asks it any more: the database counts the client's `authority` up with it, which ends the
    client's present tokens and with them whatever a process remembers of its documents."""
    require(actor, Permission.TRUSTED_DOCUMENTS_WRITE)
    row = await load_version(session, TrustedDocument, document_id, actor=actor, version=version)
    await _see_to(session, actor, row.client_id, to_add=False)
    if row.withdrawn_at is not None:
        raise Conflict("This document is withdrawn already.", cure="Register its text anew if it is wanted again.")
    apply(row, {"withdrawn_at": now}, now=now)
    session.add(row)
    await session.flush()
    await audit.record(session, "trusted_document.withdrawn", row.id, ["withdrawn_at"])
    return row


async def _see_to(session: AsyncSession, actor: Actor, client_id: UUID, *, to_add: bool = True) -> None:
    """Who manages clients sees to any client's documents, a program to its own. Not where it is limited to them, whatever
    its scopes: a limit that it could write itself would be none."""
    if actor.may(Permission.CLIENTS_WRITE):
        client = await load(session, Client, client_id, actor=actor)
        if to_add and client.standing == Standing.REVOKED:
            raise Conflict("This client is revoked for good.", cure="Create a new client.")
    elif actor.kind is not ActorKind.CLIENT or client_id != actor.subject_id:
        raise NotFound()
    if actor.documents_only:
        raise TrustedDocumentsOnly("A client that is limited to trusted documents registers and withdraws none.")
