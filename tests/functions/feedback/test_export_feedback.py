"""The export is a real file in the bucket, and its address opens it."""

import csv
import io
import json

import pytest

from assistant.feedback import export as exports
from assistant.platform import objects

FUNCTION = "feedback.export_feedback"


@pytest.fixture
def bucket(monkeypatch):
    kept = {}
    monkeypatch.setattr(objects, "put", lambda key, content, media_type: kept.__setitem__(key, content))
    monkeypatch.setattr(objects, "link", lambda key, seconds: f"https://bucket.example/{key}?expires={seconds}")
    return kept


def test_an_anonymous_caller_is_refused(call):
    assert call(FUNCTION).status == 401


def test_a_user_without_the_scope_is_refused(call, person):
    assert call(FUNCTION, person()).status == 403


def test_the_file_holds_what_stands_of_the_organisation(call, person, give, bucket):
    admin = person(role="admin")
    give(person(), comment="of another organisation")
    give(admin, "a", rating=4, comment="=HYPERLINK(1), Привет")
    gone = give(admin, "b")["feedback_id"]
    call("feedback.remove_feedback", admin, path={"feedback_id": gone}, query="reason=spam")
    answer = call(FUNCTION, admin)
    assert (answer.status, answer.body["rows"], answer.body["expires_in"]) == (200, 1, 900)
    [(key, content)] = bucket.items()
    assert key.startswith(f"exports/{admin.organization_id}/")
    assert answer.body["download_url"].startswith(f"https://bucket.example/{key}")
    [row] = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert (row["target_id"], row["rating"], row["comment"]) == ("a", "4", "'=HYPERLINK(1), Привет")
    assert answer.body["size_bytes"] == len(content)


def test_as_json_and_by_days(call, person, give, bucket):
    admin = person(role="admin")
    give(admin, "a", comment="=1")
    assert call(FUNCTION, admin, query="format=json").body["rows"] == 1
    [content] = bucket.values()
    assert json.loads(content)[0]["comment"] == "=1"
    assert call(FUNCTION, admin, query="date_to=2020-01-01").body["rows"] == 0
    assert call(FUNCTION, admin, query="date_from=2020-01-01&date_to=2120-01-01").body["rows"] == 1
    assert call(FUNCTION, admin, query="context=chat").body["rows"] == 0


def test_too_much_for_a_file_is_refused(call, person, give, bucket, monkeypatch):
    monkeypatch.setattr(exports, "MOST_ROWS", 1)
    admin = person(role="admin")
    give(admin, "a")
    give(admin, "b")
    assert call(FUNCTION, admin).status == 413
    assert bucket == {}


@pytest.mark.parametrize("query", ["format=xml", "date_from=yesterday"])
def test_bad_input_is_refused(call, person, query, bucket):
    assert call(FUNCTION, person(role="admin"), query=query).status == 422
