"""HTML to Markdown, as far as search needs it: headings, paragraphs, lists, tables and code; nothing is fetched or run.

Also reads Confluence's storage format, whose code blocks are CDATA in a macro.
"""

import re
from html.parser import HTMLParser

HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
SILENT = {"script", "style", "template", "noscript", "svg", "head", "ac:parameter", "iframe", "object"}
BLOCKS = {
    "p", "div", "section", "article", "table", "ul", "ol", "dl", "dd", "dt", "blockquote", "figure", "header", "footer",
    "main", "aside", "tr", "thead", "tbody", "hr",
}  # fmt: skip
CODE = {"pre", "ac:plain-text-body"}
VOID = {"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr"}


def to_markdown(source: str) -> str:
    """The text of a document or of a part of one. Broken markup is read as browsers read it, as far as it goes."""
    reader = _Reader()
    # The parser ends a CDATA section at the first ">", so they are made text before it sees them.
    reader.feed(re.sub(r"<!\[CDATA\[(.*?)\]\]>", _as_text, source, flags=re.DOTALL))
    reader.close()
    text = "".join(reader.written)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip()


def title_of(source: str) -> str:
    """What `<title>` says; empty when there is none."""
    found = re.search(r"<title[^>]*>([^<]{1,300})</title>", source[:100_000], re.IGNORECASE)
    return " ".join(to_markdown(found.group(1)).split()) if found else ""


def _as_text(found: re.Match[str]) -> str:
    return found.group(1).replace("&", "&amp;").replace("<", "&lt;")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.written: list[str] = []
        self._silent: list[str] = []
        self._code = 0
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._silent:
            if tag == self._silent[-1] and tag not in VOID:
                self._silent.append(tag)
            return
        if tag in SILENT:
            self._silent.append(tag)
        elif tag in HEADINGS:
            self._new("\n\n" + HEADINGS[tag] + " ")
        elif tag == "li":
            self._new("\n- ")
        elif tag in ("td", "th"):
            self._cells += 1
            self._new(" | " if self._cells > 1 else "")
        elif tag in CODE:
            self._code += 1
            self._new("\n\n```\n")
        elif tag == "br":
            self._new("\n")
        elif tag in BLOCKS:
            self._cells = 0
            self._new("\n" if tag == "tr" else "\n\n")

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            if tag == self._silent[-1]:
                self._silent.pop()
            return
        if tag in CODE and self._code:
            self._code -= 1
            self._new("\n```\n\n")
        elif tag in HEADINGS or (tag in BLOCKS and tag != "tr"):
            self._new("\n\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in SILENT:
            self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._code:
            self.written.append(data.replace("```", "'''"))
            return
        text = re.sub(r"\s+", " ", data)
        at_line_start = not self.written or self.written[-1].endswith(("\n", " "))
        if text := text.lstrip() if at_line_start else text:
            self.written.append(text)

    def _new(self, mark: str) -> None:
        if mark:
            self.written.append(mark)
