"""The connectors against servers that speak the documented APIs: paging, limits, errors, edits between pages."""

import pytest

from assistant.platform.errors import AssistantError, Invalid
from assistant.platform.outbound import OutboundRefused, SourceBusy
from assistant.search.sources.catalogue import TYPES, checked
from assistant.search.sources.port import Item, SourceRefused, SourceUnavailable
from tests.servers.api import Answer, broken, busy


def read(connector, cursor=None):
    """(items by external id in the order they came, the last cursor)."""
    found, reached = {}, cursor or {}
    for page in connector.changes(cursor or {}):
        found |= {item.external_id: item for item in page.items}
        reached = page.cursor
    return found, reached


def holds(item, text):
    return isinstance(item, Item) and text in item.content.decode()


def test_everything_is_read_with_where_it_is_from(world, connector):
    connector.test()
    found, _ = read(connector)
    readable = {key: item for key, item in found.items() if isinstance(item, Item)}
    wanted = world.contents()
    assert wanted.keys() <= readable.keys()
    assert all(holds(readable[key], text) for key, text in wanted.items())
    assert all(item.url.startswith("http") and item.title for item in readable.values())
    listed = {external_id for portion in connector.present() for external_id in portion}
    assert wanted.keys() <= listed


def test_later_only_what_changed(world, connector):
    _, cursor = read(connector)
    world.server.requests.clear()
    nothing, cursor = read(connector, cursor)
    assert len(nothing) < len(world.contents()) / 2  # a little comes twice, since clocks differ
    before = world.contents()
    world.shake(6)
    found, _ = read(connector, cursor)
    changed = {key: text for key, text in world.contents().items() if before.get(key) != text}
    assert changed
    assert all(holds(found[key], text) for key, text in changed.items())


def test_an_edit_between_two_requests_is_not_missed(world, connector):
    world.server.before = lambda number: world.shake(1) if number % 3 == 0 else None
    found, cursor = read(connector)
    world.server.before = lambda number: None
    later, _ = read(connector, cursor)
    found |= later
    assert all(holds(found[key], text) for key, text in world.contents().items())


def test_what_is_gone_is_told_from_what_is_there(world, connector):
    before = world.contents()
    world.shake(30)
    after = world.contents()
    gone = before.keys() - after.keys()
    assert gone
    assert all(connector.is_gone(external_id) for external_id in gone)
    assert not any(connector.is_gone(external_id) for external_id in list(after)[:10])


def test_a_busy_server_is_waited_for_and_a_broken_one_asked_again(world, connector, pauses):
    world.server.plan = [busy(3), None, broken(503), broken(502), busy(2)]
    found, _ = read(connector)
    assert world.contents().keys() <= found.keys()
    assert pauses[0] == 3
    assert pauses[3] == 2
    assert all(0 < pause <= 3 for pause in pauses)


def test_a_server_that_wants_a_long_pause_gets_it_from_the_queue(connector, world):
    world.server.plan = [busy(3600)]
    with pytest.raises(SourceBusy) as refused:
        read(connector)
    assert (refused.value.retryable, refused.value.retry_after) == (True, 3600)


@pytest.mark.parametrize("fault", [broken(500), broken(503)])
def test_a_server_that_stays_broken_is_tried_again_later(connector, world, fault):
    world.server.plan = [fault] * 8
    with pytest.raises(SourceUnavailable) as refused:
        read(connector)
    assert refused.value.retryable
    assert "tried again" in refused.value.detail


def test_an_expired_secret_is_said(connector, world):
    pages = connector.changes({})
    next(pages)
    world.server.secret = "another"
    with pytest.raises(SourceRefused, match="does not accept the secret") as refused:
        list(pages)
    assert not refused.value.retryable
    with pytest.raises(SourceRefused):
        connector.test()
    with pytest.raises(SourceRefused):
        connector.is_gone(next(iter(world.contents())))


def test_a_place_that_is_not_there_is_said(world):
    [(name, _)] = [(name, value) for name, value in world.config.items() if isinstance(value, list)]
    config = {**world.config, name: ["nowhere"]}
    with pytest.raises(SourceRefused, match="HTTP 404"):
        TYPES[world.source_type].connect(config, "right").test()


def test_an_answer_that_makes_no_sense_is_no_crash(connector, world):
    world.server.plan = [Answer(200, b"<html>log in</html>")] * 5
    with pytest.raises(AssistantError):
        connector.test()
        read(connector)


def test_a_redirect_into_the_private_network_is_refused(connector, world):
    elsewhere = (("Location", "http://169.254.169.254/latest/meta-data/"),)
    world.server.plan = [Answer(302, b"", elsewhere)]
    with pytest.raises(AssistantError) as refused:
        connector.test()
    if world.source_type != "github":  # whose client follows no redirect at all
        assert isinstance(refused.value, OutboundRefused)


@pytest.mark.parametrize(
    ("source_type", "config", "pointer"),
    [
        ("confluence", {"spaces": ["DEV"]}, "/config/base_url"),
        ("confluence", {"base_url": "https://a.example"}, "/config/spaces"),
        ("confluence", {"base_url": "ftp://a", "spaces": []}, "/config/base_url"),
        ("confluence", {"base_url": "https://ann:pw@a.example", "spaces": []}, "/config/base_url"),
        ("jira", {"base_url": "https://a.example", "projects": ['A" or project is not empty']}, "/config/projects/0"),
        ("github", {"repositories": ["a/b"], "token": "x"}, "/config/token"),
        ("gitlab", {"projects": ["a"] * 101}, "/config/projects"),
    ],
)
def test_a_mistake_in_the_configuration_is_named(source_type, config, pointer):
    with pytest.raises(Invalid) as refused:
        checked(source_type, config)
    assert pointer in [error["pointer"] for error in refused.value.extra["errors"]]


def test_some_categories_only(world, pauses):
    kind = TYPES[world.source_type]
    wanted = world.config[kind.categories][0]
    found, _ = read(kind.connect(kind.only(world.config, [wanted]), "right"))
    assert 0 < len(found) <= len(world.contents()) + 1
    with pytest.raises(Invalid, match="none of the source's"):
        kind.only(world.config, ["SECRET"])
