"""The service logged in as in production, with two charities that have a row of everything."""

from tests.security.conftest import (
    _one_hash_for_all,
    app,
    database_url,
    filled,
    rows,
    superuser_url,
    world,
)

__all__ = ["_one_hash_for_all", "app", "database_url", "filled", "rows", "superuser_url", "world"]
