"""GET /api/v1/feedback/retrain/{job_id}: how far a retraining is, and what it came to."""

from dataclasses import asdict
from uuid import UUID

from fastapi import APIRouter

from assistant.http import AdminCaller, Db, lambda_handler
from assistant.http.learning import TrainingStatus
from assistant.learning.trainings import training_state

router = APIRouter(tags=["feedback"])


@router.get("/api/v1/feedback/retrain/{job_id}")
async def get_retraining(job_id: UUID, caller: AdminCaller, db: Db) -> TrainingStatus:
    return TrainingStatus.model_validate(asdict(training_state(db, caller.organization_id, str(job_id))))


handler = lambda_handler(router)
