"""What the domain asks of whoever runs its plans (`app.database.Reader`), so that it can read without knowing how."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar
from uuid import UUID

from app.domain.kernel.actor import Actor
from app.domain.kernel.reading.plans import Plan
from app.domain.kernel.reading.views import View

T = TypeVar("T")


class Found(Protocol):
    """One thing: its JSON as it goes out."""

    @property
    def json(self) -> str: ...


class Reads(Protocol):
    """Reads as one actor."""

    @property
    def actor(self) -> Actor: ...

    async def rows(self, plan: Plan, values: dict[str, Any]) -> Sequence[Mapping[str, Any]]: ...

    async def one(self, view: View, key: UUID | str) -> Found: ...

    def slice(
        self,
        whole: Sequence[T],
        *,
        key: Callable[[T], tuple[Any, ...]],
        types: Sequence[type],
        scope: str,
        limit: int,
        cursor: str | None,
    ) -> tuple[Sequence[T], str | None]: ...
