"""GET /api/v1/sync/status."""

STATUS = "search.get_sync_status"


def test_anonymous(call):
    assert call(STATUS).status == 401


def test_a_foreign_organization_sees_none(call, person, source):
    source(person(role="admin"))
    assert call(STATUS, person()).body == {"sources": []}


def test_before_and_after_the_first_run(call, person, source, synced):
    admin = person(role="admin")
    source(admin)
    [status] = call(STATUS, admin).body["sources"]
    assert status["last_run"] is None
    synced(admin, name="Read")
    read = {each["name"]: each for each in call(STATUS, admin).body["sources"]}["Read"]["last_run"]
    assert (read["processed"], read["added"], read["updated"], read["deleted"], read["errors"]) == (5, 5, 0, 0, 0)
    assert (read["status"], read["error"]) == ("completed", None)


def test_why_a_run_failed(call, person, synced):
    admin = person(role="admin")
    synced(admin, secret="wrong")
    [status] = call(STATUS, admin).body["sources"]
    assert (status["last_run"]["status"], status["last_run"]["error"]["code"]) == ("failed", "source_refused")
