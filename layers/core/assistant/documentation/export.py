"""The document as a file: Markdown, HTML that runs nothing, or Word."""

from dataclasses import dataclass
from html import escape
from io import BytesIO
from typing import Any

MEDIA_TYPES = {
    "md": "text/markdown",
    "html": "text/html",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
STYLE = (
    "body{font-family:system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;line-height:1.5}"
    "table{border-collapse:collapse}td,th{border:1px solid #bbb;padding:.2rem .5rem;text-align:left;vertical-align:top}"
    "pre{background:#f4f4f4;padding:.5rem;overflow:auto}"
)


@dataclass(frozen=True)
class Exported:
    content: bytes
    media_type: str
    filename: str


def export(title: str, markdown: str, output_format: str, stem: str) -> Exported:
    """The document in one of the formats; `stem` begins the file's name."""
    make = {
        "md": lambda: markdown.encode(),
        "html": lambda: html(title, markdown).encode(),
        "docx": lambda: docx(markdown),
    }
    return Exported(make[output_format](), MEDIA_TYPES[output_format], f"{stem}.{output_format}")


def html(title: str, markdown: str) -> str:
    """A page of its own. Tags inside the text show as text; diagrams stay as Mermaid's source."""
    body = _markdown().render(markdown)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body>\n{body}</body></html>\n"
    )


def docx(markdown: str) -> bytes:
    """A Word document: headings, paragraphs, lists, code and tables."""
    from docx import Document

    document = Document()
    tokens = _markdown().parse(markdown)
    rows: list[list[str]] = []
    style = None
    for index, token in enumerate(tokens):
        inline = tokens[index + 1] if index + 1 < len(tokens) else None
        if token.type == "heading_open":
            document.add_heading(_plain(inline), level=int(token.tag[1]))
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            style = "List Bullet" if token.type.startswith("bullet") else "List Number"
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            style = None
        elif token.type == "paragraph_open":
            _runs(document.add_paragraph(style=style), inline)
        elif token.type == "fence":
            run = document.add_paragraph(style="No Spacing").add_run(_storable(token.content.rstrip("\n")))
            run.font.name = "Courier New"
        elif token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            rows[-1].append(_plain(inline))
        elif token.type == "table_close":
            _table(document, rows)
            rows = []
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _markdown() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _table(document: Any, rows: list[list[str]]) -> None:
    made = document.add_table(rows=len(rows), cols=max(map(len, rows)), style="Table Grid")
    for row, values in zip(made.rows, rows, strict=True):
        for cell, value in zip(row.cells, values, strict=False):
            cell.text = value
    document.add_paragraph()


def _runs(paragraph: Any, inline: Any) -> None:
    italic = bold = False
    for child in inline.children or ():
        italic = {"em_open": True, "em_close": False}.get(child.type, italic)
        bold = {"strong_open": True, "strong_close": False}.get(child.type, bold)
        text = "\n" if child.type in ("softbreak", "hardbreak") else child.content
        if text:
            run = paragraph.add_run(_storable(text))
            run.italic, run.bold = italic, bold
            if child.type == "code_inline":
                run.font.name = "Courier New"


def _plain(inline: Any) -> str:
    return _storable("".join(child.content for child in inline.children or ()))


def _storable(text: str) -> str:
    """XML knows no control characters."""
    return "".join(character for character in text if character >= " " or character in "\n\t")
