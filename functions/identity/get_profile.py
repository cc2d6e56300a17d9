"""GET /api/v1/auth/profile: the caller with budget and settings."""

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import Field

from assistant.budget.status import find_status
from assistant.http import Caller, Db, lambda_handler
from assistant.http.cached import cached
from assistant.http.identity import BudgetShare, UserProfile
from assistant.identity import users
from assistant.identity.settings import Settings, get_settings
from assistant.platform.cache_keys import budget_tag, user_tag

router = APIRouter(tags=["identity"])


class Profile(UserProfile):
    """`budget` is none for a user whom nobody gave one, and counts until `budget_resets_at`."""

    budget: BudgetShare | None
    budget_resets_at: datetime | None = Field(default=None)
    settings: Settings


@router.get("/api/v1/auth/profile")
async def get_profile(caller: Caller, db: Db, response: Response) -> Profile:
    def load() -> Profile:
        user = UserProfile.of(users.get_user(db, caller.organization_id, caller.user_id))
        status = find_status(db, caller.organization_id, caller.user_id)
        return Profile(
            **user.model_dump(),
            budget=BudgetShare.of(status),
            budget_resets_at=status.period_end if status else None,
            settings=get_settings(db, caller),
        )

    tags = [user_tag(caller.user_id), budget_tag(caller.user_id)]
    return cached(
        response, caller, "user_session", "profile", tags, load, Profile, until=lambda found: found.budget_resets_at
    )


handler = lambda_handler(router)
