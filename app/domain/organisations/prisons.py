"""What is a prison, for whoever names one."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.errors import invalid
from app.domain.organisations.models import Establishment, EstablishmentKind


async def check_prison(session: AsyncSession, agency_id: str | None) -> None:
    """Raises `ValidationFailed` (422) at /establishment unless it is a prison; None is not asked about."""
    found = None if agency_id is None else await session.get(Establishment, agency_id)
    if agency_id is not None and (found is None or found.kind != EstablishmentKind.PRISON):
        raise invalid("/establishment", "UNKNOWN_ESTABLISHMENT", "There is no such prison: see /v1/establishments.")
