"""What the enhancement endpoints answer."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from assistant.budget.money import dollars
from assistant.enhancement import store


class EnhancementHunk(BaseModel):
    """A change. `start` and `end` count characters of the original; `cost` is its share of a call, in US dollars."""

    hunk_id: int
    start: int
    end: int
    before: str
    after: str
    reason: str
    cost: float
    decision: Literal["accept", "reject"] | None
    decided_at: datetime | None

    @classmethod
    def of(cls, kept: store.KeptHunk) -> "EnhancementHunk":
        hunk = kept.hunk
        return cls(
            hunk_id=kept.hunk_id,
            start=hunk.start,
            end=hunk.end,
            before=hunk.before,
            after=hunk.after,
            reason=kept.reason,
            cost=dollars(kept.cost),
            decision=kept.decision,
            decided_at=kept.decided_at,
        )


class DroppedHunk(BaseModel):
    """A change that is not offered, and why: it lost or invented a part of the structure."""

    hunk_id: int
    before: str
    after: str
    why: str


class EnhancementState(BaseModel):
    """`content` has the accepted hunks, `enhanced_content` all that are offered. Not `complete`: it runs, or ended on
    its way; what was paid for is here all the same."""

    task_id: str
    document_id: str | None
    title: str
    enhancement_type: str
    complete: bool
    created_at: datetime
    original: str
    content: str
    enhanced_content: str
    hunks: list[EnhancementHunk]
    dropped: list[DroppedHunk]
    accepted: int
    rejected: int
    pending: int

    @classmethod
    def of(cls, enhancement: store.Enhancement) -> "EnhancementState":
        decisions = [kept.decision for kept in enhancement.hunks]
        return cls(
            task_id=enhancement.task_id,
            document_id=enhancement.document_id,
            title=enhancement.title,
            enhancement_type=enhancement.enhancement_type,
            complete=enhancement.complete,
            created_at=enhancement.created_at,
            original=enhancement.original,
            content=enhancement.content,
            enhanced_content=enhancement.improved,
            hunks=[EnhancementHunk.of(kept) for kept in enhancement.hunks],
            dropped=[
                DroppedHunk(hunk_id=kept.hunk_id, before=kept.hunk.before, after=kept.hunk.after, why=kept.hunk.dropped)
                for kept in enhancement.dropped
                if kept.hunk.dropped
            ],
            accepted=decisions.count("accept"),
            rejected=decisions.count("reject"),
            pending=decisions.count(None),
        )
