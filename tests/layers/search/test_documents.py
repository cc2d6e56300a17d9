"""Documents: the original and its chunks or neither; the same file twice is one document."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.platform import objects
from assistant.platform.db import Database
from assistant.platform.errors import Conflict, Invalid, PayloadTooLarge, Unavailable, UnsupportedMediaType
from assistant.search.documents import store_document
from assistant.search.uploads import MOST_BYTES, Upload

TEXT = "# Budgets\n\nThe hold is taken before the call.\n"


def rows(db, sql, **params):
    with db.reading() as work:
        return work.run(sql, **params)


def chunk_rows(db, document_id):
    return rows(
        db,
        """SELECT chunk_id, chunk_index, title, heading, content, CAST(organization_id AS text) AS organization_id
           FROM chunks WHERE document_id = CAST(:id AS uuid) ORDER BY chunk_index""",
        id=document_id,
    )


def document_row(db, document_id):
    [row] = rows(db, "SELECT * FROM documents WHERE document_id = CAST(:id AS uuid)", id=document_id)
    return row


def test_a_file_is_stored_with_its_chunks_and_original(db, caller, upload, bucket):
    me = caller()
    about = {"title": " Budgets ", "description": "d", "author": "Анна", "tags": ("RFC", "rfc ", "Бюджет", " ")}
    stored = upload(me, TEXT, "../Бюджет 1.md", **about)
    assert (stored.title, stored.filename, stored.chunks, stored.indexed) == ("Budgets", "Бюджет 1.md", 1, True)
    assert stored.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    row = document_row(db, stored.document_id)
    assert row["tags"] == ["rfc", "бюджет"]
    assert (row["author"], row["description"], row["content_type"]) == ("Анна", "d", "text/markdown")
    assert (row["size_bytes"], row["chunk_count"], str(row["uploaded_by"])) == (len(TEXT), 1, me.user_id)
    [chunk] = chunk_rows(db, stored.document_id)
    assert (chunk["heading"], chunk["content"]) == ("Budgets", TEXT.strip())
    assert chunk["organization_id"] == me.organization_id
    assert bucket == {f"{me.organization_id}/{stored.document_id}/1.md": TEXT.encode()}
    assert row["object_key"] in bucket


def test_the_same_file_again_is_the_same_document_and_is_not_indexed_again(db, caller, upload, bucket):
    me = caller()
    first = upload(me, TEXT)
    before = chunk_rows(db, first.document_id)
    bucket.clear()
    again = upload(me, TEXT)
    assert (again.document_id, again.indexed, again.chunks) == (first.document_id, False, 1)
    assert chunk_rows(db, first.document_id) == before
    assert bucket == {}


def test_the_same_file_with_another_title_is_only_described_again(db, caller, upload):
    me = caller()
    first = upload(me, TEXT)
    again = upload(me, TEXT, title="Holds", tags=("x",))
    assert (again.document_id, again.title, again.indexed) == (first.document_id, "Holds", False)
    assert document_row(db, first.document_id)["tags"] == ["x"]
    assert [chunk["title"] for chunk in chunk_rows(db, first.document_id)] == ["Holds"]


def test_other_content_under_the_name_replaces_the_chunks(db, caller, upload, bucket):
    me = caller()
    first = upload(me, TEXT * 100)
    second = upload(me, "Only this.")
    assert second.document_id == first.document_id
    assert [chunk["content"] for chunk in chunk_rows(db, first.document_id)] == ["Only this."]
    assert list(bucket.values()) == [b"Only this."]
    assert document_row(db, first.document_id)["chunk_count"] == 1


def test_a_colleague_s_document_is_not_overwritten(db, caller, upload):
    me = caller()
    mine = upload(me, TEXT, title="Mine")
    colleague = caller(me.organization_id)
    with pytest.raises(Conflict, match="another name"):
        upload(colleague, "Other")
    assert len(chunk_rows(db, mine.document_id)) == 1
    same = upload(colleague, TEXT, title="Theirs")
    assert (same.document_id, same.title) == (mine.document_id, "Mine")
    replaced = upload(caller(me.organization_id, role="admin"), "Other")
    assert replaced.document_id == mine.document_id


def test_the_name_in_another_organization_is_another_document(db, caller, upload):
    assert upload(caller(), TEXT).document_id != upload(caller(), TEXT).document_id


def test_when_the_bucket_refuses_nothing_is_stored(db, caller, monkeypatch):
    def refuse(*_):
        raise Unavailable("The bucket does not answer.")

    monkeypatch.setattr(objects, "put", refuse)
    me = caller()
    with pytest.raises(Unavailable), db.transaction() as work:
        store_document(work, me, Upload(TEXT.encode(), "a.md"))
    count = "SELECT count(*) AS n FROM documents WHERE organization_id = CAST(:id AS uuid)"
    assert rows(db, count, id=me.organization_id) == [{"n": 0}]


def test_many_chunks_take_few_small_statements(db, caller, bucket):
    text = "\n\n".join(f"Paragraph {index}: " + "words and more words. " * 30 for index in range(1500))
    with db.transaction() as work:
        stored = store_document(work, caller(), Upload(text.encode(), "large.md"))
        assert stored.chunks > 1000
        assert work.statements <= 4 + stored.chunks // 500
    found = chunk_rows(db, stored.document_id)
    assert [chunk["chunk_index"] for chunk in found] == list(range(stored.chunks))


@pytest.mark.parametrize(
    "odd", ["'; DROP TABLE chunks; --", "NULL", '{a,"b"}', "\\N \\x00 \\\\", "מחיר 😀 \u202e", "\x01"]
)
def test_odd_text_is_kept_to_the_letter(db, caller, upload, odd):
    text = f"Before {odd} after, and enough words around it that it counts as a text and not as a binary file. " * 3
    stored = upload(caller(), text, "odd.txt", title=odd, description=odd, author=odd, tags=(odd,))
    assert [chunk["content"] for chunk in chunk_rows(db, stored.document_id)] == [text.strip()]
    assert document_row(db, stored.document_id)["title"] == odd


@pytest.mark.parametrize(
    ("content", "about", "error", "says"),
    [
        (b"x" * (MOST_BYTES + 1), {}, PayloadTooLarge, "4.4 MB at most"),
        (b"", {}, Invalid, "empty"),
        (b"x", {"filename": "///"}, Invalid, "no name"),
        (b"x", {"filename": "a.exe"}, UnsupportedMediaType, "Supported: csv"),
        (b"x", {"title": "t" * 301}, Invalid, "300"),
        (b"x", {"author": "t" * 201}, Invalid, "200"),
        (b"x", {"description": "t" * 2001}, Invalid, "2000"),
        (b"x", {"tags": tuple(f"t{index}" for index in range(21))}, Invalid, "21 tags; 20"),
        (b"x", {"tags": ("t" * 51,)}, Invalid, "50"),
        (b"x", {"title": "a\x00b"}, Invalid, "not text"),
        (b"x", {"title": "a\ud800b"}, Invalid, "not text"),
    ],
)
def test_what_is_refused_stores_nothing(db, caller, bucket, content, about, error, says):
    me = caller()
    with pytest.raises(error, match=says), db.transaction() as work:
        store_document(work, me, Upload(content, **{"filename": "a.md", **about}))
    assert bucket == {}
    count = "SELECT count(*) AS n FROM documents WHERE organization_id = CAST(:id AS uuid)"
    assert rows(db, count, id=me.organization_id) == [{"n": 0}]


def test_the_largest_file_is_taken(caller, upload):
    assert upload(caller(), "word " * (MOST_BYTES // 5), "large.txt").size_bytes == MOST_BYTES


@pytest.mark.parametrize(
    "texts", [("Same words.",) * 6, tuple(f"Other words {index}." for index in range(6))], ids=["same", "other"]
)
def test_uploads_of_one_name_at_once_leave_one_whole_document(connect, db, caller, bucket, texts):
    me = caller()
    together = threading.Barrier(len(texts))

    def store(text):
        database = Database(connect)
        together.wait()
        with database.transaction() as work:
            stored = store_document(work, me, Upload(text.encode(), "a.md"))
        database.discard()
        return stored.document_id

    with ThreadPoolExecutor(len(texts)) as threads:
        [document_id] = set(threads.map(store, texts))
    [chunk] = chunk_rows(db, document_id)
    sha256 = hashlib.sha256(chunk["content"].encode()).hexdigest()
    assert document_row(db, document_id)["content_hash"] == sha256
    assert chunk["content"] in texts
