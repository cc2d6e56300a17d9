"""WebSocket $disconnect."""

from assistant.notifications import log
from functions.notifications.on_disconnect import handler


def test_the_socket_is_forgotten_and_the_others_stay(person, connected, socket_event, context, open_sockets):
    ann, bob = person(), person()
    first, second, foreign = connected(ann), connected(ann), connected(bob)
    assert handler(socket_event("disconnect", ann, first), context) == {"statusCode": 200}
    assert (open_sockets(ann), open_sockets(bob)) == ([second], [foreign])


def test_twice_does_no_harm(person, connected, socket_event, context, open_sockets):
    ann = person()
    socket = connected(ann)
    for _ in range(2):
        assert handler(socket_event("disconnect", ann, socket), context)["statusCode"] == 200
    assert open_sockets(ann) == []


def test_the_log_goes_on_without_a_socket(person, connected, socket_event, context, sent, db):
    ann = person()
    handler(socket_event("disconnect", ann, connected(ann)), context)
    with db.transaction() as work:
        log.notify(work, ann.organization_id, ann.user_id, "system_alert", {})
    assert sent == []
    with db.reading() as work:
        [row] = work.run("SELECT sent_at FROM notifications WHERE user_id = CAST(:id AS uuid)", id=ann.user_id)
    assert row["sent_at"] is not None  # nothing is left for the relay: nobody listens
