"""A wish for a document becomes a task: the code is checked and kept, the pieces planned and priced, the cost held."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assistant.documentation.analysis import analyze
from assistant.documentation.kinds import DETAIL_LEVELS
from assistant.documentation.plan import plan
from assistant.documentation.prompt import worst_case
from assistant.documentation.repository import archive_address
from assistant.documentation.request import (
    CodeInput,
    DocumentationTask,
    FileInput,
    RepositoryInput,
    TextInput,
    Wish,
)
from assistant.documentation.take_code import read
from assistant.identity.caller import Caller
from assistant.llm.prices import Priced
from assistant.platform import objects
from assistant.platform.db import UnitOfWork
from assistant.search.filenames import in_key
from assistant.tasks.submit import submit
from assistant.tasks.task import Priority, Task
from assistant.tasks.types import Prepared, of_any_model, prepare

TYPE = "generate_documentation"


def _worst_case_at(_work: UnitOfWork, task: DocumentationTask, _organization_id: str | None) -> Callable[[Priced], int]:
    return lambda price: worst_case(task, price)


# Not a type that POST /async-tasks/submit takes: its arguments name an object that only this context may choose.
TASK_TYPES = {TYPE: of_any_model(DocumentationTask, _worst_case_at)}


@dataclass(frozen=True)
class Ordered:
    task: Task
    typical_seconds: float | None


def order(work: UnitOfWork, caller: Caller, code: CodeInput, wish: Wish, idempotency_key: str | None) -> Ordered:
    """Submit the task; committed when this returns. Raises Invalid for unreadable code, BudgetExceeded."""
    if isinstance(code, RepositoryInput):
        _, name = archive_address(code.url, code.reference)
        details: dict[str, Any] = {
            "name": name.removesuffix(".tar.gz"), "repository_url": code.url, "repository_reference": code.reference,
            "calls": DETAIL_LEVELS[wish.detail_level][0],
        }  # fmt: skip
    else:
        details = _kept(caller, code, wish)
    args = {**wish.model_dump(), **details}
    prepared: Prepared = prepare(work, TASK_TYPES, TYPE, args, caller.organization_id)
    task = submit(work, caller, TYPE, prepared.args, Priority.normal, prepared.worst_case, idempotency_key)
    return Ordered(task, prepared.typical_seconds)


def _kept(caller: Caller, code: TextInput | FileInput, wish: Wish) -> dict[str, Any]:
    content, filename, taken = read(code)
    calls = plan(analyze(taken.files, "quick", taken.skipped), wish.detail_level).calls
    # By its content, so that the same request with the same Idempotency-Key is the same task.
    identity = uuid.uuid5(uuid.NAMESPACE_OID, f"{caller.user_id}\n{filename}\n{content.hex()}")
    key = f"{caller.organization_id}/code/{identity}/{in_key(filename)}"
    objects.put(key, content, "application/octet-stream")
    return {"name": filename, "filename": filename, "object_key": key, "calls": calls}
