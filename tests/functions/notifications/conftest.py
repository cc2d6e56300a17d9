"""Events of the WebSocket API, as the samples show them."""

import copy
import json
import uuid
from pathlib import Path

import pytest

from tests.functions.conftest import authorizer

EVENTS = Path(__file__).parents[3] / "events"


@pytest.fixture
def socket_event():
    """Makes the event of a route: `socket_event("connect", person, "connection-1")`."""

    def make(name, person, connection_id, **fields):
        event = copy.deepcopy(json.loads((EVENTS / f"websocket_{name}.json").read_text()))
        event["requestContext"]["connectionId"] = connection_id
        event["requestContext"]["authorizer"] = {"principalId": person.user_id, **authorizer(person)}
        return {**event, **fields}

    return make


@pytest.fixture
def connected(socket_event, context, sent):
    """Opens a socket of a person; its connection id. What that sent is forgotten."""
    from functions.notifications.on_connect import handler

    def make(person):
        connection_id = uuid.uuid4().hex
        assert handler(socket_event("connect", person, connection_id), context)["statusCode"] == 200
        sent.clear()
        return connection_id

    return make


@pytest.fixture
def open_sockets(db):
    """The connection ids that are known of a person."""

    def read(person):
        with db.reading() as work:
            rows = work.run(
                "SELECT connection_id FROM connections WHERE user_id = CAST(:id AS uuid) ORDER BY connected_at",
                id=person.user_id,
            )
        return [row["connection_id"] for row in rows]

    return read
