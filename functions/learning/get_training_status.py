"""GET /api/v1/ai-enhancement/model/training/{training_id}/status: a training's stage, log and evaluation."""

from dataclasses import asdict
from uuid import UUID

from fastapi import APIRouter

from assistant.http import AdminCaller, Db, lambda_handler
from assistant.http.learning import TrainingStatus
from assistant.learning.trainings import training_state

router = APIRouter(tags=["ai-enhancement"])


@router.get("/api/v1/ai-enhancement/model/training/{training_id}/status")
async def get_training_status(training_id: UUID, caller: AdminCaller, db: Db) -> TrainingStatus:
    return TrainingStatus.model_validate(asdict(training_state(db, caller.organization_id, str(training_id))))


handler = lambda_handler(router)
