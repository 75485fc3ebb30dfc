"""Who asks. An Actor is an argument of every operation and query, never ambient."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from app.domain.kernel.access import Permission, Role, Viewer


class ActorKind(StrEnum):
    """A person with a password, or a program with a secret."""

    MEMBER = "MEMBER"
    CLIENT = "CLIENT"


@dataclass(frozen=True, slots=True)
class Actor:
    """Made from a verified access token by `app.auth`; the database checks it again on every statement.

    `authority` is the version of the holder's rights when the token was issued: any later change of role, scope or
    status makes the token useless at once. `permissions` is role ∩ scope. `charity_id` is the tenant;
    `organisation_id` is the charity itself or, for a partner's people and programs, the partner agency. `documents_only`:
    a program that may ask GraphQL only what is registered for it (a change of that is a change of its rights too).
    """

    subject_id: UUID
    kind: ActorKind
    role: Role
    authority: int
    permissions: frozenset[Permission]
    charity_id: UUID
    organisation_id: UUID
    documents_only: bool = False
    viewer: Viewer = field(init=False, compare=False, repr=False)
    """What of it decides which things are shown, and how."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "viewer", Viewer(self.role.side, self.permissions))

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions
