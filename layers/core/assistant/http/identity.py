"""What the identity endpoints take and answer."""

import re
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, StringConstraints

from assistant.budget.money import dollars
from assistant.budget.status import Status
from assistant.identity.users import SignIn, User

ADDRESS = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f.]+")


def an_address(value: str) -> str:
    if not ADDRESS.fullmatch(value):
        raise ValueError("write an e-mail address like ann@example.com")
    return value


Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254), AfterValidator(an_address)]


class UserProfile(BaseModel):
    user_id: str
    organization_id: str
    email: str
    name: str
    role: str
    scopes: list[str]
    is_active: bool
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> "UserProfile":
        return cls(
            user_id=user.user_id,
            organization_id=user.organization_id,
            email=user.email,
            name=user.name,
            role=user.role,
            scopes=sorted(user.scopes),
            is_active=user.is_active,
            created_at=user.created_at,
        )


class BudgetShare(BaseModel):
    """The caller's own budget in US dollars. `remaining` is what is free: `held` is set aside for calls that run."""

    limit: float
    current_usage: float
    held: float
    remaining: float

    @classmethod
    def of(cls, status: Status | None) -> "BudgetShare | None":
        if status is None:
            return None
        return cls(
            limit=dollars(status.granted),
            current_usage=dollars(status.spent),
            held=dollars(status.held),
            remaining=dollars(status.free),
        )


class SignedIn(BaseModel):
    """Tokens, and whose they are. `expires_in`: seconds until the access token has to be refreshed.

    `refresh_token` is null when it was asked to come in a cookie.
    """

    access_token: str
    refresh_token: str | None
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the scheme, as OAuth calls it
    expires_in: int
    user: UserProfile

    @classmethod
    def of(cls, signed_in: SignIn, *, in_cookie: bool = False) -> "SignedIn":
        return cls(
            access_token=signed_in.access_token,
            refresh_token=None if in_cookie else signed_in.refresh_token,
            expires_in=signed_in.expires_in,
            user=UserProfile.of(signed_in.user),
        )
