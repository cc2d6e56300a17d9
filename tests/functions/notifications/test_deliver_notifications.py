"""Consumes NotificationDeliveryQueue."""

import copy
import json
from pathlib import Path

import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

from assistant.platform import sockets
from functions.notifications.deliver_notifications import handler

EVENT = json.loads((Path(__file__).parents[3] / "events/sqs_fifo_delivery.json").read_text())


@pytest.fixture
def posted(monkeypatch):
    """What was posted: (connection id, message). Connections named gone or broken fail so."""
    frames = []

    def post(connection_id, data, *, just_connected=False):
        if connection_id.startswith("gone"):
            raise sockets.Gone(connection_id)
        if connection_id.startswith("broken"):
            raise ConnectionError("@connections does not answer")
        frames.append((connection_id, json.loads(data), just_connected))

    monkeypatch.setattr(sockets, "post", post)
    return frames


def batch(*entries):
    """The event of a FIFO batch: (group, connection ids, offset) each."""
    [sample] = EVENT["Records"]
    records = []
    for n, (group, connection_ids, offset) in enumerate(entries):
        record = copy.deepcopy(sample)
        record["messageId"] = str(n)
        record["attributes"]["MessageGroupId"] = group
        delivery = json.loads(sample["body"])
        delivery["connection_ids"], delivery["message"]["offset"] = connection_ids, offset
        record["body"] = json.dumps(delivery)
        records.append(record)
    return {"Records": records}


def heard(posted):
    """The offsets that each connection got, in order; connections are served side by side."""
    offsets = {}
    for connection_id, message, _ in posted:
        offsets.setdefault(connection_id, []).append(message["offset"])
    return offsets


def failed(answer):
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]


def test_each_connection_gets_each_message_in_order(posted, context, sent):
    answer = handler(batch(("ann", ["a1", "a2"], 1), ("ann", ["a1", "a2"], 2), ("bob", ["b"], 1)), context)
    assert failed(answer) == []
    assert heard(posted) == {"a1": [1, 2], "a2": [1, 2], "b": [1]}
    assert sent == []


def test_what_is_posted_is_the_envelope(posted, context):
    handler(EVENT, context)
    [(_, message, _)] = posted
    assert message == json.loads(EVENT["Records"][0]["body"])["message"]
    assert message.keys() == {"type", "data", "priority", "timestamp", "message_id", "offset", "epoch"}


def test_a_gone_connection_is_handed_on_and_the_others_still_hear(posted, context, sent):
    answer = handler(batch(("ann", ["gone-1", "a2"], 1)), context)
    assert failed(answer) == []
    assert [to for to, _, _ in posted] == ["a2"]
    assert sent == [("GONE_CONNECTIONS_QUEUE_URL", {"connection_id": "gone-1"})]


def test_another_error_gives_the_message_back_and_the_rest_of_its_group(posted, context, sent):
    answer = handler(
        batch(("ann", ["a"], 1), ("ann", ["broken"], 2), ("bob", ["b"], 1), ("ann", ["a"], 3), ("bob", ["b"], 2)),
        context,
    )
    assert failed(answer) == ["1", "3"]
    assert heard(posted)["b"] == [1, 2]  # another user does not wait
    assert heard(posted)["a"][0] == 1
    assert "broken" not in heard(posted)
    assert sent == []


def test_what_is_no_delivery_comes_back_alone(posted, context):
    event = batch(("ann", ["a"], 1), ("bob", ["b"], 1))
    event["Records"][0]["body"] = "{"
    assert failed(handler(event, context)) == ["0"]
    assert [to for to, _, _ in posted] == ["b"]


def test_one_batch_does_not_remember_the_failures_of_another(posted, context):
    assert failed(handler(batch(("ann", ["broken"], 1), ("bob", ["b"], 1)), context)) == ["0"]
    assert failed(handler(batch(("ann", ["a"], 1)), context)) == []


def test_a_batch_of_failures_only_is_an_error_of_the_function(posted, context):
    with pytest.raises(BatchProcessingError):  # the whole batch goes back, and the metric of errors shows it
        handler(batch(("ann", ["broken"], 1)), context)


def test_a_greeting_may_overtake_the_end_of_its_connect(posted, context):
    event = batch(("ann", ["a"], None))
    delivery = json.loads(event["Records"][0]["body"])
    delivery["message"]["type"] = "connection_established"
    event["Records"][0]["body"] = json.dumps(delivery)
    handler(event, context)
    assert posted[0][2] is True
