"""An enhancement with three hunks, one of them dropped."""

import uuid

import pytest

from assistant.enhancement import store
from assistant.enhancement.hunks import Hunk
from assistant.enhancement.request import EnhancementRequest
from assistant.tasks.task import Priority, Task

ORIGINAL = "We was here. It are 2 steps. Nobody know."


@pytest.fixture
def improved(db):
    """Stores an enhancement of a person; its task's id."""

    def make(person, *, complete=True):
        task = Task(
            str(uuid.uuid4()), person.organization_id, person.user_id, "llm_enhance_document", Priority.normal,
            "running", "generating", 50, {}, 1, 5, 1, {}, None, None, 0, 0, None, None, None, None,
        )  # fmt: skip
        hunks = [
            (Hunk(0, 12, "We was here.", "We were here."), 2),
            (Hunk(13, 28, "It are 2 steps.", "It is two steps.", "numbers lost: 2"), 2),
            (Hunk(29, 41, "Nobody know.", "Nobody knows."), 1),
        ]
        with db.transaction() as work:
            store.begin(work, task, EnhancementRequest(text=ORIGINAL), "Steps", ORIGINAL)
            store.add(work, task, hunks, "Corrected the verbs.")
            if complete:
                store.finish(work, task.organization_id, task.task_id)
        return task.task_id

    return make
