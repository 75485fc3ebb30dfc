"""The service logged in as in production, and the database as its superuser sees it."""

from tests.security.conftest import _one_hash_for_all, app, database_url, rows, superuser_url, world

__all__ = ["_one_hash_for_all", "app", "database_url", "rows", "superuser_url", "world"]
