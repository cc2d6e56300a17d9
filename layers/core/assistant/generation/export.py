"""An RFC as a file: Markdown, HTML, plain text, JSON, Word. Raw HTML in the text is shown, never executed."""

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from assistant.generation.documents import Rfc

if TYPE_CHECKING:
    from markdown_it.token import Token

Format = Literal["md", "html", "txt", "json", "docx"]
UNSAFE = re.compile(r"[^\w.-]+", re.UNICODE)
NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>body {{ font: 16px/1.5 sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem }}
blockquote {{ border-left: 3px solid #999; margin-left: 0; padding-left: 1rem; color: #444 }}</style>
</head>
<body>
{body}</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class File:
    """What a browser saves."""

    name: str
    media_type: str
    content: bytes


def export(rfc: Rfc, wanted: Format) -> File:
    """The version of the RFC as a file."""
    media_type, made = FORMATS[wanted]
    stem = UNSAFE.sub("-", rfc.title).strip("-.")[:80] or "rfc"
    return File(f"{stem}.v{rfc.version}.{wanted}", media_type, made(rfc))


def _html(rfc: Rfc) -> bytes:
    from html import escape

    body = _parser().render(rfc.content)
    return PAGE.format(policy=POLICY, title=escape(rfc.title), body=body).encode(errors="replace")


def _text(rfc: Rfc) -> bytes:
    lines = []
    for block in _blocks(rfc.content):
        text = "".join(piece for piece, _ in block.pieces)
        if block.kind == "heading":
            mark = "=" if block.level <= 1 else "-"
            lines += [text, mark * min(len(text), 80)]
        elif block.kind == "item":
            lines.append(f"{'  ' * (block.level - 1)}{block.mark} {text}")
            continue
        else:
            lines.append("\n".join(f"    {line}" for line in text.splitlines()) if block.kind != "paragraph" else text)
        lines.append("")
    return ("\n".join(lines).strip() + "\n").encode(errors="replace")


def _json(rfc: Rfc) -> bytes:
    values = {**asdict(rfc), "created_at": rfc.created_at.isoformat(),
              "version_created_at": rfc.version_created_at.isoformat()}  # fmt: skip
    return json.dumps(values, ensure_ascii=False, indent=2).encode(errors="replace")


def _docx(rfc: Rfc) -> bytes:
    from docx import Document

    document = Document()
    document.core_properties.title = NOT_XML.sub("", rfc.title)[:255]
    styles = {"quote": "Quote", "code": "No Spacing", "item": "List Bullet"}
    for block in _blocks(rfc.content):
        if block.kind == "heading":
            paragraph = document.add_heading(level=min(block.level, 9) if block.level > 1 else 0)
        else:
            numbered = block.kind == "item" and block.mark != "-"
            paragraph = document.add_paragraph(style="List Number" if numbered else styles.get(block.kind))
        for text, marks in block.pieces:
            run = paragraph.add_run(NOT_XML.sub("", text))
            run.bold, run.italic = "strong" in marks or None, "em" in marks or None
            if block.kind == "code" or "code" in marks:
                run.font.name = "Courier New"
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


FORMATS: Mapping[Format, tuple[str, Callable[[Rfc], bytes]]] = {
    "md": ("text/markdown; charset=utf-8", lambda rfc: rfc.content.encode(errors="replace")),
    "html": ("text/html; charset=utf-8", _html),
    "txt": ("text/plain; charset=utf-8", _text),
    "json": ("application/json", _json),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _docx),
}


@dataclass(slots=True)
class Block:
    """A heading, paragraph, quote, item or piece of code. `pieces`: text and the marks that it stands in."""

    kind: str
    level: int
    pieces: list[tuple[str, frozenset[str]]]
    mark: str = "-"


def _parser() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _blocks(content: str) -> Iterator[Block]:
    """The document's blocks in order, for formats that know no nesting."""
    depth, quoted, heading = 0, 0, 0
    marks: list[str] = []
    counts: list[int | None] = []
    for token in _parser().parse(content):
        match token.type:
            case "heading_open":
                heading = int(token.tag[1])
            case "heading_close":
                heading = 0
            case "blockquote_open" | "blockquote_close":
                quoted += token.nesting
            case "bullet_list_open" | "ordered_list_open":
                depth += 1
                counts.append(int(token.attrGet("start") or 1) if token.type.startswith("ordered") else None)
            case "bullet_list_close" | "ordered_list_close":
                depth -= 1
                counts.pop()
            case "list_item_open":
                number = counts[-1]
                marks.append("-" if number is None else f"{number}.")
                if number is not None:
                    counts[-1] = number + 1
            case "fence" | "code_block":
                yield Block("code", 0, [(token.content.rstrip("\n"), frozenset())])
            case "inline":
                kind = "heading" if heading else "item" if depth else "quote" if quoted else "paragraph"
                mark = marks.pop() if depth and marks else ""
                yield Block(kind, heading or depth, list(_pieces(token)), mark)
                marks.clear()


def _pieces(token: "Token") -> Iterator[tuple[str, frozenset[str]]]:
    """The text of a paragraph with its marks; a link's address follows its text."""
    marks: list[str] = []
    address = ""
    for child in token.children or []:
        match child.type:
            case "strong_open" | "em_open":
                marks.append(child.type.removesuffix("_open"))
            case "strong_close" | "em_close":
                marks.remove(child.type.removesuffix("_close"))
            case "link_open":
                address = str(child.attrGet("href") or "")
            case "link_close":
                yield f" ({address})", frozenset(marks)
            case "softbreak" | "hardbreak":
                yield "\n", frozenset(marks)
            case "code_inline":
                yield child.content, frozenset([*marks, "code"])
            case _:
                yield child.content, frozenset(marks)
