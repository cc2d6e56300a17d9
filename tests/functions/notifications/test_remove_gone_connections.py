"""Consumes GoneConnectionsQueue."""

import copy
import json
from pathlib import Path

from functions.notifications.remove_gone_connections import handler

EVENT = json.loads((Path(__file__).parents[3] / "events/sqs_gone_connection.json").read_text())


def batch(*bodies):
    [sample] = EVENT["Records"]
    return {"Records": [{**copy.deepcopy(sample), "messageId": str(n), "body": body} for n, body in enumerate(bodies)]}


def gone(connection_id):
    return json.dumps({"connection_id": connection_id})


def test_the_connection_is_forgotten_and_no_other(person, connected, open_sockets, context):
    ann, bob = person(), person()
    first, second, foreign = connected(ann), connected(ann), connected(bob)
    assert handler(batch(gone(first)), context) == {"batchItemFailures": []}
    assert (open_sockets(ann), open_sockets(bob)) == ([second], [foreign])


def test_a_duplicate_does_no_harm(person, connected, open_sockets, context):
    ann = person()
    socket = connected(ann)
    assert handler(batch(gone(socket), gone(socket)), context) == {"batchItemFailures": []}
    assert open_sockets(ann) == []


def test_a_message_that_makes_no_sense_comes_back_alone(person, connected, open_sockets, context):
    ann = person()
    socket = connected(ann)
    answer = handler(batch("{}", gone(socket), gone("'; DROP TABLE connections; --")), context)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert open_sockets(ann) == []
