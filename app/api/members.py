"""Members and API clients: who gets in, as what, and from when on no longer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import JSON, Call, IdempotencyKey, IfMatch, needs
from app.api.pages import OneQuery, PageQuery, listed
from app.auth.credentials import new_client_secret, new_password
from app.domain.kernel.access import Permission, Role
from app.domain.organisations import access, documents
from app.domain.organisations.models import (
    ChangeClient,
    ChangeMember,
    ClientRead,
    ClientSecretIssued,
    ColleagueRead,
    CreateClient,
    CreateMember,
    MemberRead,
    RegisterDocument,
    Standing,
    TrustedDocumentRead,
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

router = APIRouter(prefix="/v1", tags=["Members and clients"])


class AccessQuery(PageQuery):
    """Filters of the members and clients lists."""

    standing: Standing | None = None
    role: Role | None = None
    organisation_id: UUID | None = None


class DocumentsQuery(PageQuery):
    """Filters of a client's documents."""

    in_force: bool | None = None


@router.post("/members", summary="Add a member", status_code=201, responses=shapes.made(MemberRead))
async def create_member(
    command: CreateMember, idempotency_key: IdempotencyKey = None, call: Call = needs(Permission.MEMBERS_WRITE)
) -> Response:
    """Somebody who will log in with a user name (their e-mail address) and a password of at least 12 characters."""
    hashed = await new_password(command.password)

    async def create(session: AsyncSession) -> UUID:
        row = await access.create_member(session, actor=call.actor, command=command, password_hash=hashed, now=call.now)
        return row.id

    return await call.create(create, view=MEMBERS, location="/v1/members/{id}", key=idempotency_key)


@router.get("/members", summary="List members", responses=shapes.page(MemberRead))
async def list_members(query: Annotated[AccessQuery, Query()], call: Call = needs(Permission.MEMBERS_READ)) -> Response:
    """Everybody who may log in here. Orders: `display_name` (default), `-created_at`."""
    return await listed(call, MEMBERS_LIST, query)


class ColleaguesQuery(PageQuery):
    """Filters of the list of colleagues."""

    role: Role | None = None


@router.get("/colleagues", summary="List colleagues", responses=shapes.page(ColleagueRead))
async def list_colleagues(
    query: Annotated[ColleaguesQuery, Query()], call: Call = needs(Permission.COLLEAGUES_READ)
) -> Response:
    """The charity's own people who can log in now, by name: whom to name as a supervisor, or as who was told."""
    return await listed(call, COLLEAGUES_LIST, query)


@router.get("/members/{member_id}", summary="Read a member", responses=shapes.found(MemberRead))
async def read_member(
    member_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(Permission.MEMBERS_READ)
) -> Response:
    """One member."""
    return await call.one(MEMBERS, member_id, query.selection(MEMBERS))


@router.patch("/members/{member_id}", summary="Change a member", responses=shapes.changed(MemberRead))
async def change_member(
    member_id: UUID, command: ChangeMember, if_match: IfMatch = None, call: Call = needs(Permission.MEMBERS_WRITE)
) -> Response:
    """Rename, give other roles, suspend, set a password. Tokens issued before stop working at once, unless only the
    name changed."""
    hashed = await new_password(command.password) if command.password is not None else None

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await access.change_member(
            session,
            actor=call.actor,
            member_id=member_id,
            change=command,
            password_hash=hashed,
            version=version,
            now=call.now,
        )
        return row.id

    return await call.change(change, view=MEMBERS, if_match=if_match)


@router.post("/clients", summary="Add a client", status_code=201, responses=shapes.made(ClientRead))
async def create_client(
    command: CreateClient, idempotency_key: IdempotencyKey = None, call: Call = needs(Permission.CLIENTS_WRITE)
) -> Response:
    """A program with a role and scopes. It cannot do anything until you issue it a secret."""

    async def create(session: AsyncSession) -> UUID:
        return (await access.create_client(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=CLIENTS, location="/v1/clients/{id}", key=idempotency_key)


@router.get("/clients", summary="List clients", responses=shapes.page(ClientRead))
async def list_clients(query: Annotated[AccessQuery, Query()], call: Call = needs(Permission.CLIENTS_READ)) -> Response:
    """Every program with access. Orders: `name` (default), `-created_at`."""
    return await listed(call, CLIENTS_LIST, query)


@router.get("/clients/{client_id}", summary="Read a client", responses=shapes.found(ClientRead))
async def read_client(
    client_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(Permission.CLIENTS_READ)
) -> Response:
    """One client, and when its valid secrets were made; the secrets themselves are kept nowhere."""
    return await call.one(CLIENTS, client_id, query.selection(CLIENTS))


@router.patch("/clients/{client_id}", summary="Change a client", responses=shapes.changed(ClientRead))
async def change_client(
    client_id: UUID, command: ChangeClient, if_match: IfMatch = None, call: Call = needs(Permission.CLIENTS_WRITE)
) -> Response:
    """Rename, change scopes, suspend or revoke for good. Tokens issued before stop working at once, unless only the
    name changed."""

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await access.change_client(
            session, actor=call.actor, client_id=client_id, change=command, version=version, now=call.now
        )
        return row.id

    return await call.change(change, view=CLIENTS, if_match=if_match)


@router.post(
    "/clients/{client_id}/secrets",
    summary="Issue a secret",
    status_code=201,
    responses={201: {"model": ClientSecretIssued, "description": "The secret, shown this once."}},
)
async def issue_secret(
    client_id: UUID,
    end_others_now: Annotated[bool, Query(description="End every other secret and every token at once.")] = False,
    call: Call = needs(Permission.CLIENTS_WRITE),
) -> Response:
    """A new secret. The one before works for seven days more, so that the program can change over without a gap; never
    more than two are valid. It takes no Idempotency-Key, as a stored answer would be a stored secret: after a lost
    answer, issue another."""
    secret, digest = new_client_secret()
    async with call.write() as session:
        row = await access.add_secret(
            session,
            actor=call.actor,
            client_id=client_id,
            digest=digest,
            end_others_now=end_others_now,
            now=call.now,
        )
    issued = ClientSecretIssued(client_id=client_id, client_secret=secret, expires_at=row.expires_at)
    return Response(issued.model_dump_json(), 201, media_type=JSON)


@router.post(
    "/clients/{client_id}/trusted-documents",
    summary="Register a trusted document",
    status_code=201,
    responses=shapes.made(TrustedDocumentRead),
)
async def register_document(
    client_id: UUID,
    command: RegisterDocument,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(Permission.TRUSTED_DOCUMENTS_WRITE),
) -> Response:
    """A GraphQL document that the client then asks at /graphql by its hash. It is judged as if it were asked: its form, the
    limits, the schema. A manager registers for any client, a program for itself unless it is limited to such documents.
    What is registered already is answered as it is."""

    async def register(session: AsyncSession) -> UUID:
        row = await documents.register_document(
            session,
            actor=call.actor,
            client_id=client_id,
            command=command,
            judge=call.judge_document,
            now=call.now,
        )
        return row.id

    return await call.create(
        register, view=TRUSTED_DOCUMENTS, location="/v1/trusted-documents/{id}", key=idempotency_key
    )


@router.get(
    "/clients/{client_id}/trusted-documents",
    summary="List trusted documents",
    responses=shapes.page(TrustedDocumentRead),
)
async def list_trusted_documents(
    client_id: UUID,
    query: Annotated[DocumentsQuery, Query()],
    call: Call = needs(Permission.TRUSTED_DOCUMENTS_READ),
) -> Response:
    """A client's documents, also those that were withdrawn unless `in_force` says which. Orders: `-created_at` (default),
    `created_at`."""
    if client_id != call.actor.subject_id:
        await call.reader.one(CLIENTS, client_id)
    return await listed(call, TRUSTED_DOCUMENTS_LIST, query, client_id=client_id)


@router.get(
    "/trusted-documents/{document_id}",
    summary="Read a trusted document",
    responses=shapes.found(TrustedDocumentRead),
)
async def read_trusted_document(
    document_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(Permission.TRUSTED_DOCUMENTS_READ)
) -> Response:
    """One document of a client."""
    return await call.one(TRUSTED_DOCUMENTS, document_id, query.selection(TRUSTED_DOCUMENTS))


@router.post(
    "/trusted-documents/{document_id}/withdraw",
    summary="Withdraw a trusted document",
    responses=shapes.changed(TrustedDocumentRead),
)
async def withdraw_document(
    document_id: UUID, if_match: IfMatch = None, call: Call = needs(Permission.TRUSTED_DOCUMENTS_WRITE)
) -> Response:
    """For good: nobody asks it from now on. The client's tokens end at once, and it gets new ones."""

    async def withdraw(session: AsyncSession, version: int) -> UUID:
        row = await documents.withdraw_document(
            session, actor=call.actor, document_id=document_id, version=version, now=call.now
        )
        return row.id

    return await call.change(withdraw, view=TRUSTED_DOCUMENTS, if_match=if_match)
