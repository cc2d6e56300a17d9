"""GET /docs: a page that runs nothing and loads nothing."""

import base64
import hashlib
import re
from html.parser import HTMLParser

from assistant.http import docs_page
from functions.system import get_docs
from tests.functions.system.test_get_openapi import COMMITTED


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.attributes, self.styles = [], set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.seen.add(tag)
        self.attributes += attributes
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            self.styles.append(data)


def test_anyone_reads_every_operation(plain):
    answer = plain(get_docs, "/docs")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    for path, item in COMMITTED["paths"].items():
        for method in item:
            assert f"<b>{method.upper()}</b> <code>{path}</code>" in answer.text


def test_it_needs_nothing_that_its_policy_forbids(plain):
    answer = plain(get_docs, "/docs")
    page = Page(answer.text)
    assert page.open == []
    assert not page.seen & {"script", "img", "iframe", "link", "object", "form"}
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("style", "src")]
    policy = answer.headers["content-security-policy"]
    [style] = page.styles
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert re.match("default-src 'none'; ", policy)


def test_what_comes_from_the_document_is_text_and_never_markup(plain, monkeypatch):
    planted = (
        b'{"info": {"title": "<script>alert(1)</script>"}, "components": {"schemas": {}}, "paths": {"/<b>": {"get": '
    )
    planted += b'{"tags": ["\\"><img>"], "summary": "<i>", "responses": {}}}}}'
    monkeypatch.setattr(docs_page, "description", lambda: planted)
    page = Page(docs_page.page.__wrapped__().decode())
    assert not page.seen & {"script", "img", "i"}
