"""GET /api/v1/vector-search/collections."""

LIST = "search.list_collections"


def test_anonymous(call):
    assert call(LIST).status == 401


def test_their_state(call, person, indexed):
    admin = person(role="admin")
    assert call(LIST, admin).body["collections"] == []
    call("search.initialize_collections", admin)
    indexed(admin, "words", "a")
    listed = {each["name"]: each for each in call(LIST, admin).body["collections"]}
    assert len(listed) == 6
    assert (listed["documents"]["state"], listed["documents"]["documents"]) == ("words", 1)
    assert (listed["jira"]["state"], listed["jira"]["is_initialized"]) == ("empty", True)
    assert call(LIST, person()).body["collections"] == []
