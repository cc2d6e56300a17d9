"""The refresh token in a cookie that scripts cannot read: how the console's sign-in survives a reload."""

from typing import Literal

from fastapi import Request, Response

from assistant.identity.refresh_tokens import LIFETIME_DAYS

NAME = "assistant_refresh"
PATH = "/api/v1/auth"  # no other endpoint is shown it
SECONDS = LIFETIME_DAYS * 24 * 3600
GRACE_SECONDS = 10  # a page that is reloaded while it refreshes sends the same cookie again

RefreshIn = Literal["body", "cookie"]


def keep(response: Response, token: str) -> None:
    """Give the token to the browser; SameSite=Strict: no page of another site can make the browser send it."""
    response.set_cookie(NAME, token, max_age=SECONDS, path=PATH, secure=True, httponly=True, samesite="strict")


def forget(response: Response) -> None:
    """Have the browser drop the token."""
    response.delete_cookie(NAME, path=PATH, secure=True, httponly=True, samesite="strict")


def kept(request: Request) -> str:
    """The token that the browser sent; empty when there is none."""
    return request.cookies.get(NAME, "")
