"""The verified caller of a request, as the authorizer passes it on."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom the verified token names. `organization_id` and `user_id` are UUIDs as text."""

    user_id: str
    organization_id: str
    role: str
    scopes: frozenset[str]
    token_id: str
    email: str
    session_id: str = ""

    @classmethod
    def from_authorizer(cls, context: Mapping[str, str]) -> "Caller":
        """From the authorizer's context, whose values are all strings."""
        return cls(
            user_id=context["user_id"],
            organization_id=context["organization_id"],
            role=context["role"],
            scopes=frozenset(context["scopes"].split()),
            token_id=context["token_id"],
            email=context["email"],
            session_id=context.get("session_id", ""),
        )

    def to_authorizer(self) -> dict[str, str]:
        return {
            "user_id": self.user_id,
            "organization_id": self.organization_id,
            "role": self.role,
            "scopes": " ".join(sorted(self.scopes)),
            "token_id": self.token_id,
            "email": self.email,
            "session_id": self.session_id,
        }

    @property
    def is_admin(self) -> bool:
        return self.role == "admin"
