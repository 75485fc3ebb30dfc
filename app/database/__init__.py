"""The database at run time. Nothing outside this package begins, commits or rolls back."""

from app.database.feed import Feed
from app.database.reader import Found, Page, Reader
from app.database.refusals import constraint
from app.database.transactions import Database

__all__ = ["Database", "Feed", "Found", "Page", "Reader", "constraint"]
