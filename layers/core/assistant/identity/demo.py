"""The demo accounts of the local cloud. The launcher names them in the environment; AWS never does."""

import json
import os
from dataclasses import dataclass

from assistant.platform.errors import NotFound
from assistant.platform.secrets import value_of


@dataclass(frozen=True, slots=True)
class DemoUser:
    email: str
    password: str
    role: str


def demo_users() -> list[DemoUser]:
    """Raises NotFound unless the stage says that it is local: a stage that is not told is not local."""
    if os.environ.get("STAGE") != "local" or "DEMO_USERS" not in os.environ:
        raise NotFound("There are demo users in the local cloud only.")
    return [
        DemoUser(
            email=user["email"],
            password=user.get("password") or value_of(user["password_secret"]) or "",
            role=user["role"],
        )
        for user in json.loads(os.environ["DEMO_USERS"])
    ]
