"""PDF, Word and EPUB to text blocks. The libraries are imported when such a file comes, since few functions carry them.

Parsing runs in the function that was called, with limits on what it does: a Lambda function is a sandbox of its own
that serves one request at a time, and nothing in these files is run, fetched or resolved.
"""

import posixpath
from collections.abc import Iterator
from io import BytesIO
from urllib.parse import unquote
from xml.etree import ElementTree

from assistant.platform.clock import monotonic
from assistant.platform.errors import Invalid
from assistant.search.archives import Archive
from assistant.search.html import to_markdown
from assistant.search.text_blocks import Block

MOST_PAGES = 2_000
SECONDS = 20.0  # the gateway gives up after 29
MOST_CHARACTERS = 20_000_000
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class _Budget:
    """What reading one file may take."""

    def __init__(self) -> None:
        self._until, self._characters = monotonic() + SECONDS, MOST_CHARACTERS

    def spend(self, text: str = "") -> None:
        self._characters -= len(text)
        if self._characters < 0:
            raise Invalid(f"The file holds more than {MOST_CHARACTERS / 1e6:g} million characters. Split it.")
        if monotonic() > self._until:
            raise Invalid(f"Reading the file takes longer than {SECONDS:.0f} seconds. Split it, or save it anew.")


def read_pdf(content: bytes) -> list[Block]:
    """The text of each page, under "Page 7"."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    if b"%PDF-" not in content[:1024]:
        raise Invalid("The file is not a PDF.")
    budget, blocks = _Budget(), []
    try:
        reader = PdfReader(BytesIO(content), strict=False)
        # Many are locked against changes with an empty password, and open for reading.
        if reader.is_encrypted and not reader.decrypt(""):
            raise Invalid("The PDF is encrypted. Remove the password and upload it again.")
        if len(reader.pages) > MOST_PAGES:
            raise Invalid(f"The PDF has {len(reader.pages)} pages; {MOST_PAGES} are the most. Split it.")
        for number, page in enumerate(reader.pages, 1):
            text = page.extract_text()
            budget.spend(text)
            if text.strip():
                blocks.append(Block(text, "prose", f"Page {number}"))
    except Invalid:
        raise
    except RecursionError as error:
        raise Invalid("The PDF is nested too deeply.") from error
    # A damaged file can make the library stumble over anything: it has no error of its own for most of it.
    except (PyPdfError, Exception) as error:
        raise Invalid("The PDF is damaged, or in a form that cannot be read. Print it to a new PDF.") from error
    if not blocks:
        raise Invalid("The PDF holds no text, only pictures of it. Run a text recognition over it first.")
    return blocks


def read_docx(content: bytes) -> list[Block]:
    """Headings, paragraphs, lists and tables in their order, as Markdown."""
    archive = Archive(content)
    if "word/document.xml" not in archive.names:
        raise Invalid("The file is not a Word document.")
    budget = _Budget()
    body = _xml(archive.read("word/document.xml")).find(f"{WORD}body")
    styles = _outline_levels(archive)
    lines: list[str] = []
    for element in body if body is not None else ():
        for line in _word_lines(element, styles):
            budget.spend(line)
            lines.append(line)
    return [Block("\n\n".join(lines), "markdown")]


def _word_lines(element: ElementTree.Element, styles: dict[str, int]) -> Iterator[str]:
    if element.tag == f"{WORD}p":
        text = _word_text(element)
        if text.strip():
            style = element.find(f"{WORD}pPr/{WORD}pStyle")
            level = styles.get(style.get(f"{WORD}val", ""), 0) if style is not None else 0
            listed = element.find(f"{WORD}pPr/{WORD}numPr") is not None
            yield f"{'#' * level} {text}" if level else f"- {text}" if listed else text
    elif element.tag == f"{WORD}tbl":
        rows = (
            " | ".join(
                " ".join(filter(str.strip, map(_word_text, cell.iter(f"{WORD}p")))) for cell in row.iter(f"{WORD}tc")
            )
            for row in element.iter(f"{WORD}tr")
        )
        yield "\n".join(rows)
    elif element.tag == f"{WORD}sdt":  # a content control, such as a table of contents
        for inner in element.findall(f"{WORD}sdtContent/*"):
            yield from _word_lines(inner, styles)


def _word_text(paragraph: ElementTree.Element) -> str:
    marks = {f"{WORD}tab": "\t", f"{WORD}br": "\n"}
    return "".join(
        marks.get(part.tag, part.text or "") for part in paragraph.iter() if part.tag in (f"{WORD}t", *marks)
    )


def _outline_levels(archive: Archive) -> dict[str, int]:
    """Heading styles by id, whatever they are called in the author's language."""
    levels = {f"Heading{level}": level for level in range(1, 7)} | {"Title": 1}
    if "word/styles.xml" in archive.names:
        for style in _xml(archive.read("word/styles.xml")).iter(f"{WORD}style"):
            outline = style.find(f"{WORD}pPr/{WORD}outlineLvl")
            if outline is not None and outline.get(f"{WORD}val", "9") in "012345":
                levels[style.get(f"{WORD}styleId", "")] = int(outline.get(f"{WORD}val", "0")) + 1
    return levels


def read_epub(content: bytes) -> list[Block]:
    """The chapters in reading order."""
    archive = Archive(content)
    if "META-INF/container.xml" not in archive.names:
        raise Invalid("The file is not an EPUB.")
    if "META-INF/encryption.xml" in archive.names and b"EncryptedData" in archive.read("META-INF/encryption.xml"):
        raise Invalid("The EPUB is protected against copying and cannot be read.")
    budget, blocks = _Budget(), []
    root = _xml(archive.read("META-INF/container.xml")).find(".//{*}rootfile")
    package = root.get("full-path", "") if root is not None else ""
    described = _xml(archive.read(package))
    folder = posixpath.dirname(package)
    files = {item.get("id"): item.get("href", "") for item in described.iterfind(".//{*}manifest/{*}item")}
    for reference in described.iterfind(".//{*}spine/{*}itemref"):
        href = unquote(files.get(reference.get("idref"), "").partition("#")[0])
        name = posixpath.normpath(posixpath.join(folder, href))
        if href and name in archive.names:
            text = to_markdown(archive.read(name).decode("utf-8", "replace"))
            budget.spend(text)
            if text:
                blocks.append(Block(text, "markdown"))
    return blocks


def _xml(content: bytes) -> ElementTree.Element:
    try:
        text = content.decode("utf-8-sig")  # what these programs write; in another encoding the check could not read
        # Expansion of entities is what makes XML dangerous, and no office program writes a document type.
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise Invalid("The file declares entities, which documents never do.")
        return ElementTree.fromstring(text)  # noqa: S314 - without a document type there are no entities
    except (ElementTree.ParseError, ValueError) as error:
        raise Invalid("The file is damaged: its XML cannot be read.") from error
    except RecursionError as error:
        raise Invalid("The file is nested too deeply.") from error
