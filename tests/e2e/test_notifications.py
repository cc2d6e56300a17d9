"""Sockets through the whole local cloud: fifty who listen to everything hear their own, and nobody else gets in."""

import asyncio
import json
import time
import urllib.error
import urllib.request

import pytest
from redis import Redis
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from assistant.client import Inbox, NotificationClient, Shown
from assistant.client.gateway import gateway
from assistant.identity import connection_tickets as tickets
from local.seed import accounts, post, seed
from tests.performance.notification_cloud import in_batches, notification_cloud

PEOPLE = 50
EACH = 4


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    with notification_cloud(tmp_path_factory.mktemp("notifications")) as started:
        yield started


@pytest.fixture(scope="module")
def signed_in(cloud):
    """The access tokens of the administrator and of the demo user."""
    seed(cloud.addresses)
    return [
        post(cloud.addresses, "/api/v1/auth/login", {"email": account.email, "password": account.password})
        for account in accounts(cloud.addresses)
    ]


async def until(true, seconds=30):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.05)


def ask(cloud, method, path, token, body=None):
    request = urllib.request.Request(  # noqa: S310
        cloud.addresses.api_url + path,
        None if body is None else json.dumps(body).encode(),
        {"authorization": f"Bearer {token}", "content-type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.load(answer)


def test_of_fifty_who_listen_to_everything_each_hears_only_their_own(cloud):
    async def scenario():
        database = cloud.database()
        organizations = [cloud.people(PEOPLE // 2, name) for name in ("First", "Second")]
        people = [caller for organization in organizations for caller in organization]
        sockets = await in_batches(8, [cloud.connect(database, caller) for caller in people])
        heard = {caller.user_id: [] for caller in people}

        async def listen(caller, socket):
            async for text in socket:
                heard[caller.user_id].append(json.loads(text))

        listening = [asyncio.create_task(listen(*pair)) for pair in zip(people, sockets, strict=True)]
        for socket in sockets:
            await socket.send(json.dumps({"type": "subscribe", "types": None}))
            # What a client claims about itself changes nothing.
            await socket.send(json.dumps({"type": "subscribe", "types": None, "user_id": people[0].user_id}))
        Redis(host=cloud.addresses.cache_host, port=cloud.addresses.cache_port).flushall()
        for n in range(EACH):
            for caller in people:
                await asyncio.to_thread(cloud.tell, database, caller, {"of": caller.user_id, "n": n})

        def complete():
            return all(sum(m["offset"] is not None for m in messages) >= EACH for messages in heard.values())

        await until(complete)
        await asyncio.sleep(0.5)  # for what should not come
        for task in listening:
            task.cancel()
        await in_batches(50, [socket.close() for socket in sockets])
        return heard

    heard = asyncio.run(scenario())
    assert len(heard) == PEOPLE
    for user_id, messages in heard.items():
        own = [message for message in messages if message["offset"] is not None]
        assert [(message["data"]["of"], message["data"]["n"]) for message in own] == [(user_id, n) for n in range(EACH)]
        assert [message["offset"] for message in own] == list(range(1, EACH + 1))


def refused(cloud, query="", **options):
    async def knock():
        with pytest.raises(InvalidStatus) as refusal:
            await connect(cloud.addresses.websocket_url + query, open_timeout=60, **options)
        return refusal.value.response.status_code

    return asyncio.run(knock())


@pytest.mark.parametrize("query", ["", "?ticket=", "?ticket=x", "?token=x", "?token=a.b.c", "?user_id=1"])
def test_who_shows_nothing_good_is_refused_at_the_door(cloud, query):
    assert refused(cloud, query) == 403


def test_used_expired_and_foreign_credentials_are_refused_at_the_door(cloud, signed_in):
    [caller] = cloud.people(1)
    database = cloud.database()
    used, expired = cloud.ticket(database, caller), cloud.ticket(database, caller)

    async def once():
        async with connect(cloud.addresses.websocket_url + f"?ticket={used}", open_timeout=60) as socket:
            return json.loads(await socket.recv())["type"]

    assert asyncio.run(once()) == "connection_established"
    assert refused(cloud, f"?ticket={used}") == 403
    with database.transaction() as work:
        work.run(
            "UPDATE connection_tickets SET expires_at = now() - interval '1 s' WHERE ticket_hash = :h",
            h=tickets._hash(expired),
        )
    assert refused(cloud, f"?ticket={expired}") == 403
    token = signed_in[0]["access_token"]
    assert refused(cloud, f"?token={token[:-6]}AAAAAA") == 403  # signed by somebody else
    assert refused(cloud, subprotocols=["ticket", token]) == 403  # a token is no ticket
    assert refused(cloud, subprotocols=["bearer", cloud.ticket(database, caller)]) == 403


def test_the_client_shows_a_broadcast_and_what_it_missed(cloud, signed_in):
    admin, user = (signed["access_token"] for signed in signed_in)
    api, address = cloud.addresses.api_url, cloud.addresses.websocket_url

    def announce(title):
        body = {"title": title, "message": "to everyone", "priority": "high"}
        return ask(cloud, "POST", "/api/v1/notifications/broadcast", admin, body)

    async def scenario():
        titles = []
        client = NotificationClient(gateway(api, address, user), Inbox(), reconnect_seconds=(0.05, 0.5))

        async def read():
            async for event in client.events():
                if isinstance(event, Shown):
                    titles.append(event.message["data"]["title"])

        reading = asyncio.create_task(read())
        await until(lambda: client.inbox.epoch is not None)
        await asyncio.to_thread(announce, "one")
        await until(lambda: titles == ["one"])
        await client._socket.close()
        await asyncio.to_thread(announce, "two")
        await until(lambda: titles == ["one", "two"])
        reading.cancel()
        return client.inbox.offset

    offset = asyncio.run(scenario())
    with pytest.raises(urllib.error.HTTPError) as refusal:
        ask(cloud, "POST", "/api/v1/notifications/broadcast", user, {"title": "x", "message": "y"})
    assert refusal.value.code == 403
    over_http = ask(cloud, "GET", f"/api/v1/notifications?since={offset - 2}", user)
    assert [n["data"]["title"] for n in over_http["notifications"]] == ["one", "two"]
    assert ask(cloud, "GET", f"/api/v1/notifications/{offset}", user)["data"]["title"] == "two"
