"""PDF, Word, EPUB and HTML become text; what is broken, locked or made to burst ends in an error that says so."""

import random

import pytest

from assistant.platform.errors import AssistantError, Invalid, UnsupportedMediaType
from assistant.search import office
from assistant.search.chunk import chunk_blocks
from assistant.search.parse import parse
from tests.layers.search import office_files as files


def text_of(content, filename):
    return "\n\n".join(block.text for block in parse(content, filename).blocks)


def test_a_pdf_is_read_page_by_page():
    blocks = parse(files.pdf(), "a.pdf").blocks
    assert [(block.heading, block.text.strip()) for block in blocks] == [
        ("Page 1", files.PAGES[0]), ("Page 2", files.PAGES[1]),
    ]  # fmt: skip
    assert [chunk.heading for chunk in chunk_blocks(blocks)] == ["Page 1", "Page 2"]


def test_a_pdf_that_is_locked_against_changes_only_is_read():
    assert files.PAGES[0] in text_of(files.pdf(password="secret", owner_only=True), "a.pdf")


def test_a_word_document_keeps_its_outline():
    assert text_of(files.docx(), "a.docx") == (
        "# Бюджеты\n\nThe hold is taken before the call.\n\n## Levels\n\nuser\n\nlevel | limit\nteam | 5 €"
    )
    chunks = chunk_blocks(parse(files.docx(), "a.docx").blocks)
    assert chunks[0].heading.startswith("Бюджеты")


def test_an_epub_is_read_in_its_order_and_runs_nothing():
    assert text_of(files.epub(), "a.epub") == "# Первая\n\nThe hold.\n\n## Second\n\nLater & last."


@pytest.mark.parametrize("filename", ["a.html", "a.HTM"])
def test_html(filename):
    page = b"<head><title>T</title></head><h1>A<br></h1><p>b &lt; c<script>x()</script></p>"
    page += b"<pre>d\n  e</pre><ul><li>f<li>g</ul>"
    assert text_of(page, filename) == "# A\n\nb < c\n\n```\nd\n  e\n```\n\n- f\n- g"


ENTITY = '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d SYSTEM "file:///etc/passwd">]><package>&d;</package>'
DEEP = "<a>" * 100_000


@pytest.mark.parametrize(
    ("content", "filename", "says"),
    [
        (files.pdf(password="secret"), "a.pdf", "encrypted. Remove the password"),
        (files.pdf("", ""), "a.pdf", "only pictures"),
        (b"%PDF-1.7\n%%EOF", "a.pdf", "damaged"),
        (files.pdf()[:400], "a.pdf", "damaged|no text"),
        (b"words", "a.pdf", "not a PDF"),
        (files.docx(), "a.pdf", "not a PDF"),
        (b"", "a.pdf", "not a PDF"),
        (files.docx()[:2000], "a.docx", "damaged"),
        (files.epub(), "a.docx", "not a Word document"),
        (files.docx(), "a.epub", "not an EPUB"),
        (files.pdf(), "a.docx", "damaged"),
        (b"", "a.docx", "damaged"),
        (files.encrypted_flag(files.docx()), "a.docx", "encrypted"),
        (files.with_entry(files.docx(), "word/document.xml", "<w:document"), "a.docx", "damaged"),
        (files.with_entry(files.docx(), "word/document.xml", ENTITY), "a.docx", "entities"),
        (files.with_entry(files.docx(), "word/document.xml", " " * 30_000_000), "a.docx", "more than a document"),
        (files.epub(**{"OPS/book.opf": ENTITY}), "a.epub", "entities"),
        (files.epub(**{"OPS/book.opf": DEEP}), "a.epub", "damaged|deeply"),
        (files.epub(**{"META-INF/encryption.xml": "<EncryptedData/>"}), "a.epub", "protected against copying"),
        (files.archive({"META-INF/container.xml": files.CONTAINER}), "a.epub", "lacks OPS/book.opf"),
        (files.archive({str(number): "" for number in range(5_001)}), "a.docx", "5000 are the most"),
        (files.archive({"word/document.xml": b"\0" * 40_000_000}), "a.docx", "more than a document holds"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_refused_with_the_reason(content, filename, says):
    with pytest.raises(Invalid, match=says):
        parse(content, filename)


@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0 old word", b"", b"{\\rtf1 words}"])
@pytest.mark.parametrize(
    ("filename", "declared"), [("a.doc", ""), ("A.DOC", "text/plain"), ("a", "application/msword")]
)
def test_the_format_of_before_2007_is_refused_with_what_to_do(content, filename, declared):
    with pytest.raises(UnsupportedMediaType, match=r"Save the file as \.docx"):
        parse(content, filename, declared)


def test_a_pdf_of_too_many_pages(monkeypatch):
    monkeypatch.setattr(office, "MOST_PAGES", 1)
    with pytest.raises(Invalid, match="has 2 pages; 1 are the most"):
        parse(files.pdf(), "a.pdf")


def test_reading_ends_when_it_takes_too_long_or_too_much_comes_out(monkeypatch):
    monkeypatch.setattr(office, "MOST_CHARACTERS", 40)
    with pytest.raises(Invalid, match="million characters"):
        parse(files.pdf(), "a.pdf")
    monkeypatch.setattr(office, "SECONDS", -1.0)
    with pytest.raises(Invalid, match="takes longer"):
        parse(files.docx(), "a.docx")


def outcome(content, name):
    try:
        return "text" if parse(content, name).blocks else "nothing"
    except AssistantError as error:
        return error.status if error.detail.endswith(".") else error.detail


@pytest.mark.parametrize("make", [files.pdf, files.docx, files.epub])
def test_damage_anywhere_is_text_or_a_clear_error(make):
    """A byte changed, or the end missing: never an error that nobody planned."""
    whole, name, dice = make(), f"a.{make.__name__}", random.Random(7)
    for _ in range(60):
        broken = bytearray(whole)
        for _ in range(dice.randint(1, 20)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        if dice.random() < 0.3:
            del broken[dice.randrange(len(broken)) :]
        assert outcome(bytes(broken), name) in ("text", 415, 422)
