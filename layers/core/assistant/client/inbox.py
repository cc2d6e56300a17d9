"""What a client does with the messages of its sockets, without a network: order, duplicates, gaps, lost history.

The inbox knows one position, up to which everything was shown. The message right behind it is shown; an older one is a
duplicate; a later one is held back until the gap is filled. Whatever the server says about the end of the log tells
whether something is missing: then `behind` is true, and `resume` asks for it. What cannot be had any more is announced
as HistoryLost. The position outlives a socket, so any number of sockets may feed one inbox.
"""

from dataclasses import dataclass
from typing import Any

Message = dict[str, Any]
EPHEMERAL = ("chat_delta",)  # outside the log: in order, but perhaps not all of them
HELD_AT_MOST = 200  # messages behind a gap; the log itself keeps fewer


@dataclass(frozen=True)
class Shown:
    """The next message of the log, or one outside of it that is for people: it has no offset, and is shown at once."""

    message: Message


@dataclass(frozen=True)
class HistoryLost:
    """Something between what was shown and `offset` will never come. Read the state over HTTP, then go on."""

    epoch: str
    offset: int


@dataclass(frozen=True)
class StateChanged:
    """`connecting` or `live`; `reason` as the server or the network gave it."""

    state: str
    reason: str = ""


class Inbox:
    """Feed it every message of every socket. `epoch` and `offset` may be kept between two runs of a program."""

    def __init__(self, epoch: str | None = None, offset: int = 0) -> None:
        self.epoch, self.offset = epoch, offset
        self.duplicates = 0
        self._end = offset  # as far as the server is known to be
        self._doubtful = False  # the server speaks of another epoch, or of less than was shown
        self._held: dict[int, Message] = {}
        self._past: set[str] = set()

    @property
    def behind(self) -> bool:
        """Whether something is missing that no message on its way is known to bring."""
        return self._doubtful or self._end > self.offset

    def resume(self) -> Message:
        """The request for everything after what was shown."""
        return {"type": "resume", "offset": self.offset, "epoch": self.epoch or ""}

    def feed(self, message: Message) -> list[Shown | HistoryLost]:
        """What is to be shown after a message."""
        if message.get("offset") is not None:
            return self._logged(message)
        data = message["data"]
        match message["type"]:
            case "connection_established" if self.epoch is None:  # the first time ever: begin at the end
                self._held = {o: held for o, held in self._held.items() if held["epoch"] == data["epoch"]}
                self.epoch, self.offset = data["epoch"], data["offset"]
                self._end = self.offset
                return self._release()
            case "connection_established" | "pong":
                self._compare(data)
            case "resumed":
                return self._resumed(data)
            case kind if kind in EPHEMERAL:
                return [Shown(message)]
        return []

    def _compare(self, end: Message) -> None:
        if end["epoch"] != self.epoch:
            self._doubtful |= self.epoch is not None and end["epoch"] not in self._past
        else:
            self._end = max(self._end, end["offset"])
            # Less than was shown: said before the last message and overtaken by it, or the log was set back. The
            # server knows, and answering is cheap.
            self._doubtful |= end["offset"] < self.offset

    def _resumed(self, data: Message) -> list[Shown | HistoryLost]:
        self._doubtful = False
        if data["epoch"] == self.epoch and (data["recovered"] or data["offset"] <= self.offset):
            self._end = max(self._end, data["offset"])  # what of the replay was lost is asked for again
            return []
        if data["epoch"] in self._past or data["recovered"]:
            return []  # the answer to an older question
        if self.epoch not in (None, data["epoch"]):
            self._past.add(str(self.epoch))
            self._held.clear()
        self.epoch, self.offset = data["epoch"], data["offset"]
        self._end = self.offset
        return [HistoryLost(data["epoch"], self.offset), *self._release()]

    def _logged(self, message: Message) -> list[Shown | HistoryLost]:
        offset = message["offset"]
        if self.epoch is not None and message["epoch"] != self.epoch:
            self._doubtful |= message["epoch"] not in self._past
            return []
        if (self.epoch is not None and offset <= self.offset) or offset in self._held:
            self.duplicates += 1
            return []
        self._end = max(self._end, offset)
        if len(self._held) < HELD_AT_MOST or offset == self.offset + 1:
            self._held[offset] = message
        return self._release() if self.epoch is not None else []

    def _release(self) -> list[Shown | HistoryLost]:
        shown: list[Shown | HistoryLost] = []
        self._end = max([self._end, self.offset, *self._held])
        for offset in [offset for offset in self._held if offset <= self.offset]:
            del self._held[offset]
        while message := self._held.pop(self.offset + 1, None):
            self.offset += 1
            if message["type"] != "skipped":
                shown.append(Shown(message))
        return shown
