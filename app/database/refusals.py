"""The database's refusals in the domain's words."""

import asyncpg
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.domain.kernel.errors import Unauthenticated, Unavailable
from app.domain.kernel.statements import sqlstate

_REVOKED = "TG401"  # raised by throughgate.enter when the token's holder has lost the right
_BUSY = frozenset({"57014", "55P03", "53300", "57P01", "57P02", "57P03", "40P01", "40001"})
_OUT_OF_REACH = (ConnectionError, asyncpg.InterfaceError, TimeoutError, PoolTimeout)


def constraint(error: BaseException) -> str | None:
    """The name of the constraint that an error is about."""
    seen: BaseException | None = error
    while seen is not None:
        name: str | None = getattr(seen, "constraint_name", None)
        if name is not None:
            return name
        seen = getattr(seen, "orig", None) or seen.__cause__
    return None


class translated:
    """Turns what PostgreSQL and its driver raise into domain errors where callers can do something about it."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _where: object) -> None:
        if not isinstance(error, Exception):
            return
        state = sqlstate(error)
        if state == _REVOKED:
            raise Unauthenticated(
                "The rights of this token's holder have changed or ended.",
                headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
            ) from None
        if state in _BUSY or isinstance(getattr(error, "orig", None) or error, _OUT_OF_REACH):
            raise Unavailable(headers={"Retry-After": "1"}) from error
