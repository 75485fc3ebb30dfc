"""The benchmark: the service beside what PostgreSQL itself can do and beside its peers (`make bench`, README.md)."""
