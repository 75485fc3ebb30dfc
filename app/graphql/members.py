"""Members, API clients and their trusted documents through GraphQL."""

from uuid import UUID

from pydantic import BaseModel, Field
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.credentials import new_client_secret, new_password
from app.domain.kernel.access import Permission
from app.domain.organisations import access, documents
from app.domain.organisations.models import (
    ChangeClient,
    ChangeMember,
    ClientSecretIssued,
    CreateClient,
    CreateMember,
    RegisterDocument,
)
from app.domain.organisations.queries import (
    CLIENTS,
    CLIENTS_LIST,
    COLLEAGUES_LIST,
    MEMBERS,
    MEMBERS_LIST,
    TRUSTED_DOCUMENTS,
    TRUSTED_DOCUMENTS_LIST,
)
from app.graphql.roots import By, Change, Command, Many, One, offer
from app.visits import Visit

offer(
    One("member", MEMBERS, "A person who logs in."),
    By("memberBy", MEMBERS, "A person who logs in, by id or by user name."),
    Many("members", MEMBERS_LIST, "Everybody who may log in."),
    Many("colleagues", COLLEAGUES_LIST, "The charity's own people who can log in now, by name."),
    One("client", CLIENTS, "A program with a secret."),
    Many("clients", CLIENTS_LIST, "Every program with access."),
    One("trustedDocument", TRUSTED_DOCUMENTS, "A document that is registered for a program."),
    Many("trustedDocuments", TRUSTED_DOCUMENTS_LIST, "A program's own documents; for a manager, every program's."),
)


class IssueSecret(BaseModel):
    """What becomes of the secrets that there are."""

    end_others_now: bool = Field(default=False, description="End every other secret and every token at once.")


async def _hashed(command: CreateMember | ChangeMember) -> str | None:
    """A digest takes long on purpose: nobody's transaction waits for it."""
    return await new_password(command.password) if command.password is not None else None


async def _create_member(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    row = await access.create_member(
        session, actor=visit.actor, command=command.input, password_hash=command.prepared, now=visit.now
    )
    return row.id


async def _change_member(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await access.change_member(
        session,
        actor=visit.actor,
        member_id=command.id,
        change=command.input,
        password_hash=command.prepared,
        version=command.version,
        now=visit.now,
    )
    return row.id


async def _create_client(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    return (await access.create_client(session, actor=visit.actor, command=command.input, now=visit.now)).id


async def _change_client(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await access.change_client(
        session, actor=visit.actor, client_id=command.id, change=command.input, version=command.version, now=visit.now
    )
    return row.id


async def _issue_secret(session: AsyncSession, visit: Visit, command: Command) -> ClientSecretIssued:
    assert command.of is not None
    secret, digest = new_client_secret()
    row = await access.add_secret(
        session,
        actor=visit.actor,
        client_id=command.of,
        digest=digest,
        end_others_now=command.input.end_others_now,
        now=visit.now,
    )
    return ClientSecretIssued(client_id=command.of, client_secret=secret, expires_at=row.expires_at)


async def _register_document(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.of is not None
    row = await documents.register_document(
        session,
        actor=visit.actor,
        client_id=command.of,
        command=command.input,
        judge=visit.judge_document,
        now=visit.now,
    )
    return row.id


async def _withdraw_document(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await documents.withdraw_document(
        session, actor=visit.actor, document_id=command.id, version=command.version, now=visit.now
    )
    return row.id


offer(
    Change(
        "createMember",
        MEMBERS,
        _create_member,
        "Add somebody who will log in.",
        Permission.MEMBERS_WRITE,
        CreateMember,
        prepare=_hashed,
    ),
    Change(
        "changeMember",
        MEMBERS,
        _change_member,
        "Rename, give other roles, suspend, set a password.",
        Permission.MEMBERS_WRITE,
        ChangeMember,
        by_id=True,
        prepare=_hashed,
    ),
    Change("createClient", CLIENTS, _create_client, "Add a program.", Permission.CLIENTS_WRITE, CreateClient),
    Change(
        "changeClient",
        CLIENTS,
        _change_client,
        "Rename, change scopes, suspend or revoke for good.",
        Permission.CLIENTS_WRITE,
        ChangeClient,
        by_id=True,
    ),
    Change(
        "issueSecret",
        ClientSecretIssued,
        _issue_secret,
        "A new secret, shown this once. The one before works for seven days more; never more than two are valid.",
        Permission.CLIENTS_WRITE,
        IssueSecret,
        of="clientId",
    ),
    Change(
        "registerDocument",
        TRUSTED_DOCUMENTS,
        _register_document,
        "Register a document that a program then asks by its hash; one that is there already is answered as it is.",
        Permission.TRUSTED_DOCUMENTS_WRITE,
        RegisterDocument,
        of="clientId",
    ),
    Change(
        "withdrawDocument",
        TRUSTED_DOCUMENTS,
        _withdraw_document,
        "Withdraw a document for good; the program's tokens end with it, and it gets new ones.",
        Permission.TRUSTED_DOCUMENTS_WRITE,
        by_id=True,
    ),
)
