"""GET /.well-known/jwks.json: the public keys that access tokens are verified with."""

from typing import Any

from fastapi import APIRouter, Response

from assistant.http import lambda_handler
from assistant.identity.signing_keys import jwks

router = APIRouter(tags=["identity"])

# As long as a sandbox may sign with the key before the newest. Whoever meets an unknown `kid` asks again.
CACHE = "public, max-age=300"


@router.get("/.well-known/jwks.json")
async def get_jwks(response: Response) -> dict[str, list[dict[str, Any]]]:
    response.headers["Cache-Control"] = CACHE
    return jwks()


handler = lambda_handler(router, limit=None)
