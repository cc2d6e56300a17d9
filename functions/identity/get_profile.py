"""GET /api/v1/auth/profile: the caller with budget and settings."""

from fastapi import APIRouter

from assistant.budget.status import find_status
from assistant.http import Caller, Db, lambda_handler
from assistant.http.identity import BudgetShare, UserProfile
from assistant.identity import users
from assistant.identity.settings import Settings, get_settings

router = APIRouter(tags=["identity"])


class Profile(UserProfile):
    """`budget` is none for a user whom nobody gave one."""

    budget: BudgetShare | None
    settings: Settings


@router.get("/api/v1/auth/profile")
async def get_profile(caller: Caller, db: Db) -> Profile:
    user = UserProfile.of(users.get_user(db, caller.organization_id, caller.user_id))
    return Profile(
        **user.model_dump(),
        budget=BudgetShare.of(find_status(db, caller.organization_id, caller.user_id)),
        settings=get_settings(db, caller),
    )


handler = lambda_handler(router)
