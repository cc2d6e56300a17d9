"""Enhancements as they are kept: the original, its hunks, and what was decided about each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from assistant.enhancement.hunks import Hunk, apply
from assistant.enhancement.request import EnhancementRequest
from assistant.identity.caller import Caller
from assistant.identity.ownership import require_owner
from assistant.platform.db import Row, UnitOfWork
from assistant.platform.errors import NotFound
from assistant.tasks.task import Task

Decision = Literal["accept", "reject"]
NO_SUCH_ENHANCEMENT = "There is no such enhancement, or it is not yours."


@dataclass(frozen=True, slots=True)
class KeptHunk:
    """A hunk with its number, the model's reason and its share of what the call cost, in micro-dollars."""

    hunk_id: int
    hunk: Hunk
    reason: str
    cost: int
    decision: Decision | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Enhancement:
    """`hunks` can be decided about, `dropped` cannot. Not `complete`: it still runs, or it ended on its way."""

    task_id: str
    document_id: str | None
    title: str
    enhancement_type: str
    original: str
    complete: bool
    created_at: datetime
    hunks: list[KeptHunk]
    dropped: list[KeptHunk]

    @property
    def content(self) -> str:
        """The document with every accepted hunk."""
        return apply(self.original, (kept.hunk for kept in self.hunks if kept.decision == "accept"))

    @property
    def improved(self) -> str:
        """The document with every hunk that is offered."""
        return apply(self.original, (kept.hunk for kept in self.hunks))


def begin(work: UnitOfWork, task: Task, request: EnhancementRequest, title: str, text: str) -> None:
    """Keep the text as it is now: every later attempt and every decision is about this one."""
    work.run(
        """INSERT INTO enhancements (task_id, organization_id, user_id, document_id, title, enhancement_type, original)
           VALUES (CAST(:task AS uuid), CAST(:organization AS uuid), CAST(:user AS uuid), CAST(:document AS uuid),
                   :title, :type, :original)
           ON CONFLICT (task_id) DO NOTHING""",
        task=task.task_id,
        organization=task.organization_id,
        user=task.user_id,
        document=str(request.document_id) if request.document_id else None,
        title=title,
        type=request.enhancement_type,
        original=text,
    )


def take_over(work: UnitOfWork, task: Task, earlier_task_id: str) -> None:
    """Copy what an earlier task of the same owner kept, so that this one goes on from there."""
    ids = {"task": task.task_id, "earlier": earlier_task_id, "organization": task.organization_id}
    work.run(
        """INSERT INTO enhancements (task_id, organization_id, user_id, document_id, title, enhancement_type, original)
           SELECT CAST(:task AS uuid), CAST(:organization AS uuid), user_id, document_id, title, enhancement_type,
                  original
           FROM enhancements
           WHERE organization_id = CAST(:organization AS uuid) AND task_id = CAST(:earlier AS uuid)
             AND user_id = CAST(:user AS uuid)""",
        user=task.user_id,
        **ids,
    )
    work.run(
        """INSERT INTO enhancement_hunks (task_id, organization_id, hunk_id, start_at, end_at, before, after, reason,
                                          cost, dropped)
           SELECT CAST(:task AS uuid), CAST(:organization AS uuid), hunk_id, start_at, end_at, before, after, reason,
                  cost, dropped
           FROM enhancement_hunks
           WHERE organization_id = CAST(:organization AS uuid) AND task_id = CAST(:earlier AS uuid)""",
        **ids,
    )


def add(work: UnitOfWork, task: Task, hunks: list[tuple[Hunk, int]], reason: str) -> None:
    """Keep what one call came to: its hunks with their shares of the cost, numbered in the order of the document."""
    work.run(
        """INSERT INTO enhancement_hunks (task_id, organization_id, hunk_id, start_at, end_at, before, after, reason,
                                          cost, dropped)
           SELECT CAST(:task AS uuid), CAST(:organization AS uuid),
                  (SELECT count(*) FROM enhancement_hunks h
                   WHERE h.organization_id = CAST(:organization AS uuid) AND h.task_id = CAST(:task AS uuid))
                  + row_number() OVER (ORDER BY new.start_at),
                  new.start_at, new.end_at, new.before, new.after, :reason, new.cost, new.dropped
           FROM unnest(CAST(:starts AS int[]), CAST(:ends AS int[]), CAST(:befores AS text[]), CAST(:afters AS text[]),
                       CAST(:costs AS bigint[]), CAST(:drops AS text[]))
                AS new (start_at, end_at, before, after, cost, dropped)""",
        task=task.task_id,
        organization=task.organization_id,
        reason=reason,
        starts=[hunk.start for hunk, _ in hunks],
        ends=[hunk.end for hunk, _ in hunks],
        befores=[hunk.before for hunk, _ in hunks],
        afters=[hunk.after for hunk, _ in hunks],
        costs=[cost for _, cost in hunks],
        drops=[hunk.dropped for hunk, _ in hunks],
    )


def finish(work: UnitOfWork, organization_id: str, task_id: str) -> None:
    work.run(
        """UPDATE enhancements SET finished_at = now()
           WHERE organization_id = CAST(:organization AS uuid) AND task_id = CAST(:task AS uuid)""",
        organization=organization_id,
        task=task_id,
    )


def find(work: UnitOfWork, organization_id: str, task_id: str, caller: Caller | None = None) -> Enhancement:
    """The enhancement that a task made; with a caller only if it is theirs, else NotFound."""
    row = work.one(
        """SELECT task_id, user_id, document_id, title, enhancement_type, original, finished_at, created_at
           FROM enhancements WHERE organization_id = CAST(:organization AS uuid) AND task_id = CAST(:task AS uuid)""",
        organization=organization_id,
        task=task_id,
    )
    if row is None:
        raise NotFound(NO_SUCH_ENHANCEMENT)
    if caller is not None:
        require_owner(caller, str(row["user_id"]), NO_SUCH_ENHANCEMENT)
    kept = [
        _kept(hunk)
        for hunk in work.run(
            """SELECT hunk_id, start_at, end_at, before, after, reason, cost, dropped, decision, decided_at
               FROM enhancement_hunks
               WHERE organization_id = CAST(:organization AS uuid) AND task_id = CAST(:task AS uuid)
               ORDER BY hunk_id""",
            organization=organization_id,
            task=task_id,
        )
    ]
    return Enhancement(
        task_id=str(row["task_id"]),
        document_id=str(row["document_id"]) if row["document_id"] else None,
        title=row["title"],
        enhancement_type=row["enhancement_type"],
        original=row["original"],
        complete=row["finished_at"] is not None,
        created_at=row["created_at"],
        hunks=[one for one in kept if one.hunk.dropped is None],
        dropped=[one for one in kept if one.hunk.dropped is not None],
    )


def decide(work: UnitOfWork, caller: Caller, task_id: str, hunk_id: int, decision: Decision) -> Enhancement:
    """Accept or reject one hunk, or change one's mind; the enhancement after it. Raises NotFound."""
    find(work, caller.organization_id, task_id, caller)
    changed = work.run(
        """UPDATE enhancement_hunks SET decision = :decision, decided_at = now()
           WHERE organization_id = CAST(:organization AS uuid) AND task_id = CAST(:task AS uuid)
             AND hunk_id = CAST(:hunk AS int) AND dropped IS NULL
           RETURNING hunk_id""",
        decision=decision,
        organization=caller.organization_id,
        task=task_id,
        hunk=hunk_id,
    )
    if not changed:
        raise NotFound(f"There is no hunk {hunk_id} to decide about in this enhancement.")
    return find(work, caller.organization_id, task_id, caller)


def _kept(row: Row) -> KeptHunk:
    hunk = Hunk(row["start_at"], row["end_at"], row["before"], row["after"], row["dropped"])
    return KeptHunk(row["hunk_id"], hunk, row["reason"], row["cost"], row["decision"], row["decided_at"])
