"""POST /api/v1/upload."""

import hashlib
import json

import pytest

from assistant.search.uploads import MOST_BYTES

SUPPORTED = "csv, docx, epub, htm, html, json, md, pdf, txt, yaml, yml"
UPLOAD = "search.upload_document"
TEXT = "# Бюджет\n\nThe hold is taken before the call.\n".encode()


pytestmark = pytest.mark.usefixtures("bucket")


def kept(bucket):
    return {entry.key: entry.get()["Body"].read() for entry in bucket.objects.all()}


def stored(db, person):
    with db.reading() as work:
        return work.run(
            "SELECT document_id FROM documents WHERE organization_id = CAST(:id AS uuid)", id=person.organization_id
        )


def test_anonymous(call, form, bucket):
    assert call(UPLOAD, **form(("file", TEXT, "a.md"))).status == 401
    assert kept(bucket) == {}


def test_a_file_becomes_a_document_that_search_finds(call, form, person, bucket):
    me = person()
    answer = call(
        UPLOAD, me, **form(("file", TEXT, "a.md", "text/markdown"), ("title", "Budgets"), ("tags", "rfc, Money"))
    )
    assert answer.status == 201
    assert answer.body == {
        "document_id": answer.body["document_id"],
        "title": "Budgets",
        "filename": "a.md",
        "processing_status": "completed",
        "chunks": 1,
        "size_bytes": len(TEXT),
        "sha256": hashlib.sha256(TEXT).hexdigest(),
    }
    assert kept(bucket) == {f"{me.organization_id}/{answer.body['document_id']}/a.md": TEXT}
    found = call("search.search_documents", me, json_body={"query": "бюджеты", "filters": {"tags": ["money"]}})
    assert [result["document_id"] for result in found.body["results"]] == [answer.body["document_id"]]


def test_a_foreign_organization_does_not_find_it(call, form, person):
    assert call(UPLOAD, person(), **form(("file", TEXT, "a.md"))).status == 201
    assert call("search.search_documents", person(), json_body={"query": "hold"}).body["total_found"] == 0


def test_the_same_file_again_is_the_same_document(call, form, person):
    me = person()
    first = call(UPLOAD, me, **form(("file", TEXT, "a.md"), ("tags", "a"), ("tags", "b")))
    assert call(UPLOAD, me, **form(("file", TEXT, "a.md"))).body == first.body


def test_a_colleague_s_document_stays(call, form, person):
    me = person()
    assert call(UPLOAD, me, **form(("file", TEXT, "a.md"))).status == 201
    answer = call(UPLOAD, person(me.organization_id), **form(("file", b"Other", "a.md")))
    assert (answer.status, answer.body["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("parts", "status", "says"),
    [
        ([("file", b"x" * (MOST_BYTES + 1), "a.txt")], 413, "upload/url"),
        ([("file", b"words", "a.exe")], 415, SUPPORTED),
        ([("file", b"\xd0\xcf\x11\xe0", "a.doc", "application/msword")], 415, "Save the file as .docx"),
        ([("file", b"%PDF-1.7", "a.pdf", "application/pdf")], 422, "damaged"),
        ([("file", b"PK\x03\x04", "a.docx")], 422, "damaged"),
        ([("file", b"PK\x03\x04zip", "a.md")], 415, SUPPORTED),
        ([("file", b"a\x00b", "a.md")], 415, "binary"),
        ([], 422, "/file"),
        ([("file", "text, not a file")], 422, "/file"),
        ([("file", b"", "a.md")], 422, "empty"),
        ([("file", b"x", "")], 422, ""),
        ([("file", "Größe".encode("cp1252"), "a.md")], 422, "Save the file as UTF-8"),
        ([("file", b'{"a"', "a.json")], 422, "not JSON"),
        ([("file", b"x", "a.md"), ("title", "t" * 301)], 422, "300"),
        ([("file", b"x", "a.md"), ("title", "a\x00b")], 422, "not text"),
        ([("file", b"x", "a.md"), ("tags", ",".join(map(str, range(21))))], 422, "20"),
        ([("file", b"x", "a.md"), ("tags", "a\x00b")], 422, "not text"),
    ],
)  # fmt: skip
def test_what_is_refused_stores_nothing(call, form, person, bucket, db, parts, status, says):
    me = person()
    answer = call(UPLOAD, me, **form(*parts))
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.body["detail"]
    assert kept(bucket) == {}
    assert stored(db, me) == []


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"x"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n\r\n',
        ),
        ("", b""),
    ],
)
def test_what_is_no_form_is_the_client_s_mistake(call, person, db, content_type, body):
    me = person()
    answer = call(UPLOAD, me, headers={"content-type": content_type}, body=body)
    assert answer.status in (400, 422)
    assert stored(db, me) == []


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.md", "..\\..\\x.md", "a/../../b.md", "Бюджет.md", "a\tb.md", "x" * 300 + ".md"]
)
def test_a_file_name_cannot_leave_its_place(call, form, person, bucket, name):
    me = person()
    answer = call(UPLOAD, me, **form(("file", TEXT, name)))
    assert answer.status == 201
    [key] = kept(bucket)
    organization_id, document_id, last = key.split("/")
    assert (organization_id, document_id) == (me.organization_id, answer.body["document_id"])
    assert last.endswith(".md")
    assert last.isascii()


def test_when_the_bucket_does_not_answer_nothing_is_stored(call, form, person, db, monkeypatch):
    me = person()
    monkeypatch.setenv("DOCUMENTS_BUCKET", "not-there")
    answer = call(UPLOAD, me, **form(("file", TEXT, "a.md")))
    assert (answer.status, answer.body["code"]) == (503, "unavailable")
    assert stored(db, me) == []


def test_a_problem_names_no_internals(call, form, person, monkeypatch):
    monkeypatch.setenv("DOCUMENTS_BUCKET", "not-there")
    body = json.dumps(call(UPLOAD, person(), **form(("file", TEXT, "a.md"))).body)
    assert "not-there" not in body
    assert "boto" not in body.lower()
