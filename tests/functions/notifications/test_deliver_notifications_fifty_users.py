"""Fifty users with two sockets each, all subscribing to everything: none hears a word of another's."""

import copy
import json
from pathlib import Path

from assistant.notifications import log
from assistant.platform import sockets
from functions.notifications.deliver_notifications import handler as deliver
from functions.notifications.on_message import handler as on_message

EVENT = json.loads((Path(__file__).parents[3] / "events/sqs_fifo_delivery.json").read_text())
USERS, MESSAGES = 50, 3


def delivered(sent, context):
    """Hands what waits in the delivery queue to its function, ten at a time as SQS does."""
    [sample] = EVENT["Records"]
    records = []
    for number, (_, group, body) in enumerate(sent):
        record = copy.deepcopy(sample)
        record["messageId"], record["attributes"]["MessageGroupId"] = str(number), group
        record["body"] = json.dumps(body)
        records.append(record)
    for start in range(0, len(records), 10):
        assert deliver({"Records": records[start : start + 10]}, context) == {"batchItemFailures": []}


def test_nobody_hears_anothers(db, person, connected, socket_event, context, sent, monkeypatch):
    first = person()
    people = [first, *(person(first.organization_id) for _ in range(USERS // 2 - 1))]
    people += [person() for _ in range(USERS - len(people))]
    owner_of, heard = {}, {}
    monkeypatch.setattr(
        sockets, "post", lambda to, data, *, just_connected=False: heard.setdefault(to, []).append(json.loads(data))
    )
    for one in people:
        for _ in range(2):
            connection_id = connected(one)
            owner_of[connection_id] = one
            wish = {"type": "subscribe", "types": None, "user_id": first.user_id, "connection_id": "*"}
            event = socket_event("message", one, connection_id, body=json.dumps(wish))
            assert on_message(event, context)["statusCode"] == 200
    sent.clear()
    for number in range(MESSAGES):
        for one in people:
            with db.transaction() as work:
                log.notify(work, one.organization_id, one.user_id, "task_progress", {"of": one.user_id, "n": number})
    delivered(sent, context)
    assert heard.keys() == owner_of.keys()
    for connection_id, messages in heard.items():
        owner = owner_of[connection_id].user_id
        said = [(message["data"]["of"], message["data"]["n"]) for message in messages]
        assert said == [(owner, n) for n in range(MESSAGES)]
