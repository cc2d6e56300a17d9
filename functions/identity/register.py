"""POST /api/v1/auth/register: open an account in the organisation of the address's domain."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, SecretStr, StringConstraints

from assistant.budget.money import MICRODOLLAR, microdollars
from assistant.http import REGISTER, Db, lambda_handler
from assistant.http.identity import Email, SignedIn
from assistant.identity import accounts

router = APIRouter(tags=["identity"])


class Registration(BaseModel):
    email: Email
    password: SecretStr = Field(max_length=128, description="At least 8 characters: upper, lower, digit")
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    budget_limit: Annotated[
        Decimal | None, Field(ge=MICRODOLLAR, le=1_000_000, description="US dollars a month; $100 if absent")
    ] = None


@router.post("/api/v1/auth/register", status_code=201)
async def register(body: Registration, db: Db) -> SignedIn:
    limit = None if body.budget_limit is None else microdollars(body.budget_limit)
    return SignedIn.of(accounts.register(db, body.email, body.password.get_secret_value(), body.name, limit))


handler = lambda_handler(router, limit=REGISTER)
