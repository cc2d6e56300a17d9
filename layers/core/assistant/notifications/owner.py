"""Whose log it is."""

from typing import Protocol


class Owner(Protocol):
    """Anyone with a log; identity's Caller is one. Ids are UUIDs as text."""

    @property
    def user_id(self) -> str: ...

    @property
    def organization_id(self) -> str: ...
