"""Who may log in to the demo: made by chance for each installation, and kept in a file that only its owner can read."""

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from app.auth.credentials import new_client_secret
from app.domain.kernel.access import Role

FILE = "demo-credentials.json"


def email_of(role: Role) -> str:
    """The user name of the demo's member of this role."""
    house = {Role.PLATFORM_OPERATOR: "platform", Role.REFERRER: "partner"}.get(role, "charity")
    name = "operator" if role is Role.PLATFORM_OPERATOR else role.value
    return f"{name}@{house}.example"


def read_credentials(data_dir: Path) -> dict[str, Any]:
    """`client_id` and `client_secret` of the partner's program, `username` and `password` of the coordinator, and under
    `members`, by role, everybody's `username`, `password` and `id`. Raises `FileNotFoundError` before the first
    seeding."""
    found: dict[str, Any] = json.loads((data_dir / FILE).read_text(encoding="utf-8"))
    return found


def new_credentials(client_id: UUID) -> dict[str, Any]:
    """One password for all, because making its digest is slow on purpose."""
    password = secrets.token_urlsafe(18)
    return {
        "client_id": str(client_id),
        "client_secret": new_client_secret()[0],
        "username": email_of(Role.COORDINATOR),
        "password": password,
        "members": members(password, dict.fromkeys(Role)),
    }


def members(password: str, ids: Mapping[Role, UUID | None]) -> dict[str, dict[str, str | None]]:
    """Everybody's user name, password and id, by role."""
    return {
        role.value: {"username": email_of(role), "password": password, "id": str(key) if key else None}
        for role, key in ids.items()
    }


def write_credentials(data_dir: Path, credentials: dict[str, Any]) -> None:
    """All or nothing, and on the disk before this returns: what the database then keeps, the file holds already."""
    data_dir.mkdir(parents=True, exist_ok=True)
    target = data_dir / FILE
    beside = data_dir / f".{FILE}.{secrets.token_hex(8)}"
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(credentials, file, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()
