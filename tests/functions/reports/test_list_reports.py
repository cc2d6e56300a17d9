"""GET /api/v1/reports."""

LIST = "reports.list_reports"


def test_an_anonymous_caller_is_refused(call):
    assert call(LIST).status == 401


def test_nothing_was_made_yet(call, person):
    assert call(LIST, person()).body == {"reports": [], "next_cursor": None}


def test_only_the_own_ones_are_listed(call, person, made):
    owner = person()
    report_id = made(owner)
    for other in (person(owner.organization_id), person(), person(owner.organization_id, role="admin")):
        assert call(LIST, other).body["reports"] == []
    [report] = call(LIST, owner).body["reports"]
    assert (report["report_id"], report["start"], report["end"]) == (report_id, "2026-01-01", "2026-01-31")


def test_pages_follow_each_other_newest_first(call, person, made):
    owner = person()
    ids = [made(owner) for _ in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = call(LIST, owner, query=f"limit=2&cursor={cursor}" if cursor else "limit=2").body
        seen += [report["report_id"] for report in page["reports"]]
        cursor = page["next_cursor"]
    assert seen == ids[::-1]


def test_what_is_wrong_is_refused(call, person):
    for query in ("limit=0", "limit=101", "limit=x", "cursor=nothing"):
        assert call(LIST, person(), query=query).status == 422
