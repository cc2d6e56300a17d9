"""An answer while it is made: pieces for whoever listens, at most four a second, outside the log."""

from typing import Any

from assistant.notifications.ephemeral import tell
from assistant.platform.clock import monotonic
from assistant.platform.db import Database
from assistant.platform.observability import logger

SECONDS_BETWEEN = 0.25
LARGEST = 8000  # bytes of a piece, far below a frame


class Deltas:
    """Collects the model's text and sends it on as `chat_delta`, numbered from 0.

    `attempt` grows when a worker has to begin again: a client then forgets the pieces of the one before.
    """

    def __init__(self, database: Database, organization_id: str, user_id: str, about: dict[str, Any]) -> None:
        self._database, self._organization_id, self._user_id, self._about = database, organization_id, user_id, about
        self._waiting: list[str] = []
        self._sent_at: float | None = None
        self._index = 0
        self.text = ""

    def add(self, piece: str) -> None:
        """The next piece; sent now, or with later ones when the last sending was just before."""
        self.text += piece
        self._waiting.append(piece)
        now = monotonic()
        size = sum(len(waiting) for waiting in self._waiting)
        if self._sent_at is None or now - self._sent_at >= SECONDS_BETWEEN or size * 4 > LARGEST:
            self._sent_at = now
            self.flush()

    def flush(self) -> None:
        """Send what waits. A failure is only logged: the whole answer is stored and told when it is complete."""
        if not self._waiting:
            return
        text, self._waiting = "".join(self._waiting), []
        try:
            tell(self._database, self._organization_id, self._user_id, "chat_delta",
                 {**self._about, "index": self._index, "text": text})  # fmt: skip
        except Exception:
            logger.exception("delta_not_sent")
        self._index += 1
