"""Whose log it is."""

from typing import Protocol


class Owner(Protocol):
    """Anyone with a log, signed in; identity's Caller is one. Ids are UUIDs as text, the session's may be empty."""

    @property
    def user_id(self) -> str: ...

    @property
    def organization_id(self) -> str: ...

    @property
    def session_id(self) -> str: ...
