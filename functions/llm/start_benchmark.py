"""POST /api/v1/llm/benchmark: ask every provider the same, as a task whose whole cost is held before."""

from typing import Annotated

from fastapi import APIRouter, Header

from assistant.http import LLM, AdminCaller, Db, lambda_handler
from assistant.http.tasks import SubmittedTask
from assistant.llm.benchmark import BenchmarkRequest, worst_case
from assistant.llm.routing import dearest
from assistant.tasks.submit import submit
from assistant.tasks.task import Priority
from assistant.tasks.types import TaskType, prepare

router = APIRouter(tags=["llm"])

TYPE = "benchmark_providers"
# Not a type that POST /async-tasks/submit takes: this is the administrator's.
TASK_TYPES = {
    TYPE: TaskType(BenchmarkRequest, lambda work, request, org: worst_case(request, dearest(work, org).prices))
}


@router.post("/api/v1/llm/benchmark", status_code=202)
async def start_benchmark(
    caller: AdminCaller,
    db: Db,
    body: BenchmarkRequest | None = None,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> SubmittedTask:
    args = (body or BenchmarkRequest()).model_dump(mode="json")
    prepared = prepare(db, TASK_TYPES, TYPE, args, caller.organization_id)
    task = submit(db, caller, TYPE, prepared.args, Priority.normal, prepared.worst_case, idempotency_key)
    return SubmittedTask.of(task, prepared.typical_seconds)


handler = lambda_handler(router, limit=LLM)
