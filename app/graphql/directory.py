"""A charity's own entries of the directory through GraphQL."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission
from app.domain.support.directory import operations
from app.domain.support.directory.models import ChangeService, CreateService, ImportServices, ServicesImported
from app.domain.support.directory.queries import SERVICES, SERVICES_LIST
from app.graphql.roots import Change, Command, Many, One, offer
from app.visits import Visit

P = Permission


async def _create(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    row = await operations.create_service(session, actor=visit.actor, command=command.input, now=visit.now)
    return row.id


async def _change(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await operations.change_service(
        session,
        actor=visit.actor,
        service_id=command.id,
        change=command.input,
        version=command.version,
        now=visit.now,
    )
    return row.id


async def _withdraw(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await operations.withdraw_service(
        session, actor=visit.actor, service_id=command.id, version=command.version, now=visit.now
    )
    return row.id


async def _import(session: AsyncSession, visit: Visit, command: Command) -> ServicesImported:
    return await operations.import_services(session, actor=visit.actor, command=command.input, now=visit.now)


offer(
    One("service", SERVICES, "A service that the charity keeps in the directory."),
    Many("services", SERVICES_LIST, "The services that the charity keeps, also those it has withdrawn."),
    Change(
        "createService",
        SERVICES,
        _create,
        "A service that may help, for everybody to read at once.",
        P.DIRECTORY_WRITE,
        CreateService,
    ),
    Change(
        "changeService",
        SERVICES,
        _change,
        "Change what is said of a service; a status other than `inactive` puts a withdrawn one back.",
        P.DIRECTORY_WRITE,
        ChangeService,
        by_id=True,
    ),
    Change(
        "withdrawService",
        SERVICES,
        _withdraw,
        "Nobody but the charity sees it any more. It is not deleted.",
        P.DIRECTORY_WRITE,
        by_id=True,
    ),
    Change(
        "importServices",
        ServicesImported,
        _import,
        "Services of another directory (HSDS), item by item. A repeat changes nothing.",
        P.DIRECTORY_WRITE,
        ImportServices,
    ),
)
