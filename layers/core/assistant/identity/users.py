"""Who a user is. Apart from accounts, so that whoever only reads them imports neither passwords nor tokens."""

from dataclasses import dataclass
from datetime import datetime

from assistant.platform.db import Row, UnitOfWork
from assistant.platform.errors import NotFound

NO_SUCH_USER = "There is no such user, or you may not see them."
USER_COLUMNS = "user_id, organization_id, email, name, role, scopes, is_active, created_at"


@dataclass(frozen=True, slots=True)
class User:
    user_id: str
    organization_id: str
    email: str
    name: str
    role: str
    scopes: frozenset[str]
    is_active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SignIn:
    user: User
    access_token: str
    refresh_token: str
    expires_in: int  # seconds


def get_user(work: UnitOfWork, organization_id: str, user_id: str) -> User:
    """A user of the organisation; NotFound when there is none of this id in it."""
    row = work.one(
        f"""SELECT {USER_COLUMNS} FROM users
            WHERE organization_id = CAST(:organization AS uuid) AND user_id = CAST(:user AS uuid)""",  # noqa: S608
        organization=organization_id,
        user=user_id,
    )
    if row is None:
        raise NotFound(NO_SUCH_USER)
    return from_row(row)


def from_row(row: Row) -> User:
    """A user from USER_COLUMNS."""
    return User(
        user_id=str(row["user_id"]),
        organization_id=str(row["organization_id"]),
        email=row["email"],
        name=row["name"],
        role=row["role"],
        scopes=frozenset(row["scopes"]),
        is_active=row["is_active"],
        created_at=row["created_at"],
    )
