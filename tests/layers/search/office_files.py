"""Makes real PDF, Word and EPUB files, whole and broken, with the libraries that write them."""

import io
import zipfile

PAGES = ("The hold is taken before the call.", "It is settled at the real price.")


def pdf(*pages: str, password: str = "", owner_only: bool = False) -> bytes:
    """A PDF with a page for each text. With a password it is encrypted; `owner_only` leaves it open for reading."""
    from fpdf import FPDF

    made = FPDF()
    made.set_font("Helvetica", size=12)
    for text in pages or PAGES:
        made.add_page()
        if text:
            made.multi_cell(0, 8, text)
    content = bytes(made.output())
    if not password:
        return content
    from pypdf import PdfWriter

    writer, kept = PdfWriter(clone_from=io.BytesIO(content)), io.BytesIO()
    writer.encrypt("" if owner_only else password, password, algorithm="AES-256")
    writer.write(kept)
    return kept.getvalue()


def docx() -> bytes:
    """A Word document with headings, a list and a table."""
    from docx import Document

    made = Document()
    made.add_heading("Бюджеты", 1)
    made.add_paragraph("The hold is taken before the call.")
    made.add_heading("Levels", 2)
    made.add_paragraph("user", style="List Bullet")
    table = made.add_table(rows=2, cols=2)
    for index, text in enumerate(("level", "limit", "team", "5 €")):
        table.cell(index // 2, index % 2).text = text
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def archive(entries: dict[str, str | bytes], **how) -> bytes:
    """A ZIP of these entries."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED, **how) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return kept.getvalue()


CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf"/></rootfiles></container>'
)
PACKAGE = (
    '<package xmlns="http://www.idpf.org/2007/opf"><manifest>'
    '<item id="two" href="two%20b.xhtml"/><item id="one" href="one.xhtml"/></manifest>'
    '<spine><itemref idref="one"/><itemref idref="two"/><itemref idref="gone"/></spine></package>'
)
EPUB = {
    "META-INF/container.xml": CONTAINER,
    "OPS/book.opf": PACKAGE,
    "OPS/two b.xhtml": "<html><body><h2>Second</h2><p>Later &amp; last.</p><script>alert(1)</script></body></html>",
    "OPS/one.xhtml": "<html><body><h1>Первая</h1><p>The hold.</p></body></html>",
}


def epub(**changed: str) -> bytes:
    """An EPUB of two chapters; `changed` by the name of the entry."""
    return archive({**EPUB, **changed})


def with_entry(content: bytes, name: str, text: str | bytes) -> bytes:
    """The same archive with another content of one entry."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        entries = {entry: old.read(entry) for entry in old.namelist()}
    return archive({**entries, name: text})


def encrypted_flag(content: bytes) -> bytes:
    """The archive with every entry marked as encrypted, as a password does."""
    marked = bytearray(content)
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = marked.find(signature)
        while at >= 0:
            marked[at + place] |= 1
            at = marked.find(signature, at + 4)
    return bytes(marked)
