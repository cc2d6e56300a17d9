"""What an endpoint may ask for in its signature. All are `async`, because FastAPI sends others through a thread."""

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer, SecurityScopes

from assistant.identity.caller import Caller as VerifiedCaller
from assistant.platform.db import UnitOfWork
from assistant.platform.errors import Forbidden, Unauthenticated

documented_bearer = HTTPBearer(auto_error=False, description="The access_token of a sign-in")


async def current_caller(
    request: Request, needed: SecurityScopes, _: Annotated[object, Depends(documented_bearer)]
) -> VerifiedCaller:
    """The caller whom the gateway's authorizer verified; never what the request says about itself."""
    authorizer = request.scope.get("aws.event", {}).get("requestContext", {}).get("authorizer", {}).get("lambda") or {}
    if refusal := authorizer.get("refusal"):
        raise Unauthenticated(REFUSALS.get(refusal, REFUSALS["invalid"]), reason=refusal)
    if not authorizer.get("user_id"):
        raise Unauthenticated(REFUSALS["missing"], reason="missing")
    caller = VerifiedCaller.from_authorizer(authorizer)
    if missing := [scope for scope in needed.scopes if scope not in caller.scopes]:
        raise Forbidden(f"This needs the scope {missing[0]}. Ask an administrator for it.", missing_scopes=missing)
    return caller


REFUSALS = {
    "missing": "Send the access_token of POST /api/v1/auth/login as 'Authorization: Bearer …'.",
    "expired": "The access token has expired. Get a new one from POST /api/v1/auth/refresh.",
    "revoked": "This sign-in was ended. Sign in again at POST /api/v1/auth/login.",
    "invalid": "The access token is not valid. Sign in again at POST /api/v1/auth/login.",
}


async def unit_of_work(request: Request) -> UnitOfWork:
    work: UnitOfWork = request.scope["work"]
    return work


Caller = Annotated[VerifiedCaller, Security(current_caller)]
SearchCaller = Annotated[VerifiedCaller, Security(current_caller, scopes=["search"])]
GenerateCaller = Annotated[VerifiedCaller, Security(current_caller, scopes=["generate"])]
AdminCaller = Annotated[VerifiedCaller, Security(current_caller, scopes=["admin"])]
Db = Annotated[UnitOfWork, Depends(unit_of_work)]
