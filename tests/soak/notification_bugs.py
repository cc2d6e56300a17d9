"""Known bugs, each of which the check of the soak has to find."""

import time
from dataclasses import replace
from unittest import mock

from assistant.client import Inbox, Shown
from assistant.notifications import connections, log


def epoch_not_checked():
    """The server takes an offset of an old epoch for one of the new."""
    real = log.missed

    def missed(work, organization_id, user_id, seen):
        last = log.end(work, organization_id, user_id)
        found = real(work, organization_id, user_id, log.Position(last.epoch, min(seen.offset, last.offset)))
        return replace(found, end=log.Position(seen.epoch, found.end.offset))

    def compare(self, end):
        self.epoch = end["epoch"]

    return mock.patch.object(log, "missed", missed), mock.patch.object(Inbox, "_compare", compare)


def gap_not_noticed():
    """The client shows whatever is later than what it has shown."""

    def logged(self, message):
        if message["epoch"] != self.epoch or message["offset"] <= self.offset:
            return []
        self.offset = self._end = message["offset"]
        return [Shown(message)]

    return (mock.patch.object(Inbox, "_logged", logged),)


def duplicate_not_dropped():
    """The client shows again what it has shown."""
    real = Inbox._logged

    def logged(self, message):
        again = message["epoch"] == self.epoch and message["offset"] <= self.offset
        return [Shown(message)] if again else real(self, message)

    return (mock.patch.object(Inbox, "_logged", logged),)


def registered_too_late():
    """The socket is registered after its position in the log was read, without the lock."""

    def open_connection(work, caller, connection_id):
        last = log.end(work, caller.organization_id, caller.user_id)
        time.sleep(0.05)  # the window of the bug, made wide
        work.run(
            """INSERT INTO connections (connection_id, organization_id, user_id)
               VALUES (:connection, CAST(:organization AS uuid), CAST(:user AS uuid))""",
            connection=connection_id,
            organization=caller.organization_id,
            user=caller.user_id,
        )
        return last

    return (mock.patch.object(connections, "open_connection", open_connection),)


PLANTS = {plant.__name__: plant for plant in (
    epoch_not_checked, gap_not_noticed, duplicate_not_dropped, registered_too_late)}  # fmt: skip
