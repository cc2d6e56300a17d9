"""POST /api/v1/vector-search/upload-file."""

import pytest

from assistant.search.uploads import MOST_BYTES

UPLOAD = "search.upload_file"
pytestmark = pytest.mark.usefixtures("bucket")


def test_anonymous(call, form, bucket):
    assert call(UPLOAD, **form(("file", b"words", "a.md"))).status == 401
    assert list(bucket.objects.all()) == []


def test_a_file_is_found(call, form, person, found):
    me = person()
    answer = call(UPLOAD, me, query="title=Holds&tags=a,B", **form(("file", b"the hold", "a.md")))
    assert (answer.status, answer.body["title"], answer.body["chunks"]) == (201, "Holds", 1)
    assert found(me, "hold", filters={"tags": ["b"]}) == ["Holds"]
    assert found(person(), "hold") == []


def test_a_colleagues_name(call, form, person):
    me = person()
    assert call(UPLOAD, me, **form(("file", b"mine", "a.md"))).status == 201
    assert call(UPLOAD, person(me.organization_id), **form(("file", b"other", "a.md"))).status == 409


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("a.exe", b"x", 415),
        ("a.txt", b"x" * (MOST_BYTES + 1), 413),
        ("a.pdf", b"x", 422),
        ("a.md", b"", 422),
        ("a.doc", b"x", 415),
    ],
)
def test_what_is_refused(call, form, person, name, content, status):
    assert call(UPLOAD, person(), **form(("file", content, name))).status == status
