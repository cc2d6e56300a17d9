"""The devices of a soak, what they showed, and whether that is what was written."""

from collections import Counter
from dataclasses import dataclass, field

from assistant.client import HistoryLost, Inbox, NotificationClient, Shown
from assistant.identity.caller import Caller
from assistant.notifications import log
from tests.soak.notification_gateway import Faults, Gateway


@dataclass(frozen=True)
class Plan:
    seed: int
    sockets: int = 1000
    cuts: int = 100_000
    devices: int = 4  # sockets of one user
    messages_per_cut: float = 0.3
    absent: float = 0.002  # of the cuts: away while more is said than is kept
    restored: float = 0.001  # of the cuts: the user's log is set back, as by a backup, under a new epoch
    ping_seconds: float = 30
    settle_seconds: float = 120
    round: int = 0  # after so many cuts all is still until every client has all there is; 0 is never
    faults: Faults = field(default_factory=Faults)


class Device:
    """One client and what it showed."""

    def __init__(self, gateway: Gateway, caller: Caller, start: log.Position, plan: Plan) -> None:
        self.caller, self.start = caller, start
        self.screen: list[Shown | HistoryLost] = []
        self.away = False
        self.socket = None
        self._gateway = gateway
        self.client = NotificationClient(
            self._open,
            Inbox(start.epoch, start.offset),
            ping_seconds=plan.ping_seconds,
            reconnect_seconds=(0.01, 0.2),
        )

    async def _open(self):
        if self.away:
            raise ConnectionError("the laptop is closed")
        self.socket = await self._gateway.open(self.caller)
        return self.socket

    async def run(self) -> None:
        async for event in self.client.events():
            if isinstance(event, Shown | HistoryLost):
                self.screen.append(event)

    @property
    def live(self) -> bool:
        return self.socket is not None and self.socket.open


def check(devices: list[Device], made: Counter, truth: dict, ends: dict) -> Counter:
    """What is wrong with the screens: silent gaps, duplicates, swaps, messages of others. `truth`: message ids by
    (epoch, offset) of each user; `ends`: where each log ends."""
    problems: Counter = Counter()
    for device in devices:
        written = truth[device.caller.user_id]
        place, seen = (device.start.epoch, device.start.offset), set()
        for event in device.screen:
            if isinstance(event, HistoryLost):
                made["announced"] += 1
                place = (event.epoch, event.offset)
                continue
            made["shown"] += 1
            here = (event.message["epoch"], event.message["offset"])
            if written.get(here) != event.message["message_id"]:
                problems["foreign"] += 1
            elif event.message["message_id"] in seen:
                problems["duplicates"] += 1
            elif here[0] == place[0] and here[1] <= place[1]:
                problems["swaps"] += 1
            elif here != (place[0], place[1] + 1):
                problems["silent gaps"] += 1
            seen.add(event.message["message_id"])
            place = here
        if place != ends[device.caller.user_id]:
            problems["silent gaps"] += 1  # it believes that it has everything, and has not
    return problems
