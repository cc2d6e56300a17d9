"""GET /api/v1/sources."""

LIST = "search.list_sources"


def test_anonymous(call):
    assert call(LIST).status == 401


def test_a_foreign_organization_sees_none(call, person, source):
    source(person(role="admin"))
    assert call(LIST, person()).body == {"sources": []}


def test_what_is_configured_with_its_last_run(call, person, synced):
    admin = person(role="admin")
    made = synced(admin)
    [listed] = call(LIST, person(admin.organization_id)).body["sources"]
    assert (listed["source_id"], listed["documents"], listed["has_secret"]) == (made["source_id"], 5, True)
    assert (listed["last_sync"]["status"], listed["last_sync"]["added"]) == ("completed", 5)
    assert "right" not in str(listed)


def test_disabled_ones_when_asked_for(call, person, source):
    admin = person(role="admin")
    source(admin, is_enabled=False)
    assert call(LIST, admin).body["sources"] == []
    assert len(call(LIST, admin, query="include_disabled=true").body["sources"]) == 1
    assert call(LIST, admin, query="include_disabled=perhaps").status == 422


def test_a_source_of_another_team_is_not_told(call, db, person, source):
    admin = person(role="admin")
    with db.transaction() as work:
        [team] = work.run(
            "INSERT INTO teams (organization_id, name) VALUES (CAST(:id AS uuid), 'T') RETURNING team_id",
            id=admin.organization_id,
        )
    source(admin, team_ids=[str(team["team_id"])])
    assert call(LIST, person(admin.organization_id)).body["sources"] == []
    assert len(call(LIST, admin).body["sources"]) == 1
