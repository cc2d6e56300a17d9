"""The IAM authentication token of RDS, by which a function opens the database without a password."""

from datetime import datetime

from assistant.platform.sigv4 import presigned


def iam_token(host: str, port: int, user: str, now: datetime | None = None) -> str:
    """The password for `user` at `host:port`, valid for 15 minutes."""
    return presigned("rds-db", f"{host}:{port}", {"Action": "connect", "DBUser": user}, now)
