"""PostgreSQL through RDS Proxy: one connection a sandbox, one unit of work a request or task step."""

from assistant.platform.db.connection import Row
from assistant.platform.db.unit_of_work import Database, StatementFailed, UnitOfWork, database

__all__ = ["Database", "Row", "StatementFailed", "UnitOfWork", "database"]
