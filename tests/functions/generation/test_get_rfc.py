"""GET /api/v1/generate/rfc/{rfc_id}."""

import io
import json
import uuid
from html.parser import HTMLParser

import pytest
from docx import Document

GET = "generation.get_rfc"
HOSTILE = (
    "# T\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) and ![i](data:text/html,x)\n\n"
    "<img src=x onerror=alert(1)>\n\n- *one* **two** `three`\n\n1. first\n2. second\n\n> quoted\n\n"
    "```\ncode <b>\n```\n\n## Ключи и \x0c знаки 😀\n"
)


@pytest.fixture
def rfc(written, person):
    me = person()
    return me, written(me)[0]


@pytest.fixture
def hostile(rfc, call):
    me, rfc_id = rfc
    edited = {"based_on_version": 1, "content": HOSTILE, "title": 'Über "T"; <b>\r\nX-Evil: 1'}
    assert call("generation.update_rfc", me, path={"rfc_id": rfc_id}, json_body=edited).status == 200
    return lambda kind: call(GET, me, path={"rfc_id": rfc_id}, query=f"format={kind}")


def test_anonymous(call):
    assert call(GET, path={"rfc_id": uuid.uuid4()}).status == 401


def test_strangers_find_none_and_an_administrator_of_the_organization_does(call, rfc, person):
    me, rfc_id = rfc
    for other, status in (
        (person(), 404), (person(role="admin"), 404), (person(me.organization_id), 404),
        (person(me.organization_id, role="admin"), 200), (me, 200),
    ):  # fmt: skip
        for query in ("", "format=md"):
            assert call(GET, other, path={"rfc_id": rfc_id}, query=query).status == status


def test_what_it_is_made_of(call, rfc):
    me, rfc_id = rfc
    body = call(GET, me, path={"rfc_id": rfc_id}).body
    assert (body["rfc_id"], body["version"], body["latest_version"]) == (rfc_id, 1, 1)
    assert body["title"].startswith("RFC: Budgets for teams")
    assert len(body["sections"]) == 6
    assert body["quality"]["overall"] == pytest.approx(
        .25 * body["quality"]["structure"] + .30 * body["quality"]["completeness"]
        + .25 * body["quality"]["technical_depth"] + .20 * body["quality"]["clarity"], abs=0.2
    )  # fmt: skip
    assert set(body["quality"]["reasons"]) == {"structure", "completeness", "technical_depth", "clarity"}
    assert body["metadata"]["word_count"] == len(body["full_content"].split())


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("md", "text/markdown"), ("html", "text/html"), ("txt", "text/plain"), ("json", "application/json"),
     ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")],
)  # fmt: skip
def test_a_file_of_each_kind_has_every_section(call, rfc, kind, media_type):
    me, rfc_id = rfc
    answer = call(GET, me, path={"rfc_id": rfc_id}, query=f"format={kind}")
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, media_type)
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="rfc.{kind}"')
    text = answer.body
    if kind == "docx":
        text = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(answer.body)).paragraphs)
    elif kind == "json":
        text = answer.body["content"]
    for title in ("Budgets for teams", "Summary", "Risks and rollout", "Sources", "The plan is sound."):
        assert title in text


class Elements(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.seen, self.attributes = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes += attrs


def test_raw_html_is_shown_and_not_run(hostile):
    answer = hostile("html")
    page = Elements(answer.body)
    assert "script" not in page.seen
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not [value for name, value in page.attributes if name in ("href", "src") and ":" in value]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.body
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_no_title_breaks_out_of_the_header(hostile):
    answer = hostile("md")
    assert "x-evil" not in answer.headers
    assert "%C3%9Cber" in answer.headers["content-disposition"]


def test_plain_text_has_no_marks_and_word_has_runs(hostile):
    text = hostile("txt").body
    assert "- one two three" in text
    assert "1. first\n2. second" in text
    assert "    code <b>" in text
    document = Document(io.BytesIO(hostile("docx").body))
    [item] = [paragraph for paragraph in document.paragraphs if paragraph.text == "one two three"]
    assert [(run.text, bool(run.bold), bool(run.italic)) for run in item.runs if run.text.strip()] == [
        ("one", False, True), ("two", True, False), ("three", False, False)
    ]  # fmt: skip
    assert "<script>alert(1)</script>" in [paragraph.text for paragraph in document.paragraphs]


def test_json_is_the_document_with_its_sources(call, rfc):
    me, rfc_id = rfc
    body = call(GET, me, path={"rfc_id": rfc_id}, query="format=json").body
    assert {"content", "sources_used", "quality", "citations", "version"} <= body.keys()
    assert json.dumps(body)


def test_an_older_version(call, hostile, rfc):
    me, rfc_id = rfc
    assert call(GET, me, path={"rfc_id": rfc_id}, query="version=1").body["title"].startswith("RFC: Budgets")
    assert call(GET, me, path={"rfc_id": rfc_id}).body["version"] == 2
    assert call(GET, me, path={"rfc_id": rfc_id}, query="version=3").status == 404


def test_an_unknown_format(call, rfc):
    me, rfc_id = rfc
    assert call(GET, me, path={"rfc_id": rfc_id}, query="format=pdf").status == 422
