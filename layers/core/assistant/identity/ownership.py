"""Whose an object is: the one rule that every area asks.

Statements bind the caller's organization as well, so an administrator reaches no further than that.
"""

from assistant.identity.caller import Caller
from assistant.platform.errors import NotFound


def owned_by(caller: Caller, user_id: str) -> bool:
    """Whether the caller may see and change what belongs to the user: their own, or as an administrator."""
    return caller.is_admin or caller.user_id == user_id


def require_owner(caller: Caller, user_id: str, refusal: str) -> None:
    """Raises NotFound with the words for what does not exist: whether it does is not told to others."""
    if not owned_by(caller, user_id):
        raise NotFound(refusal)
