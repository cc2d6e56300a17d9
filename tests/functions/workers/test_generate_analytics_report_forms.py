"""The forms of a report: each says the same, and names in it are only text."""

# ruff: noqa: F811 - fixtures that come by import

import io
import re
from xml.etree import ElementTree

import pytest

from assistant.analytics.documents import MEDIA_TYPES
from tests.functions.workers.test_generate_analytics_report import bucket, company, report, run  # noqa: F401


@pytest.mark.parametrize("form", ["json", "md", "html", "pdf"])
def test_every_form_says_the_same_number(report, company, form):
    admin, _ = company
    job, files = report(admin, "usage", format=form, include_charts=True)
    state = job.state["result"]
    assert state["files"][0]["media_type"] == MEDIA_TYPES[form]
    assert set(files) == {f"usage.{form}", "calls_by_day.svg", "calls_by_day.png", "calls_by_feature.svg",
                          "calls_by_feature.png"}  # fmt: skip
    content, calls_made = files[f"usage.{form}"], state["totals"]["Calls"]
    if form == "pdf":
        from pypdf import PdfReader

        text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
        assert f"Calls: {calls_made}" in text
        assert len(PdfReader(io.BytesIO(content)).pages[0].images) >= 1
    else:
        assert str(calls_made) in content.decode()
    if form == "html":
        assert content.decode().count("<svg") == 2
        assert not re.search(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//", content.decode())  # nothing is fetched
    for name in ("calls_by_day", "calls_by_feature"):
        assert files[f"{name}.png"].startswith(b"\x89PNG")
        assert ElementTree.fromstring(files[f"{name}.svg"]).tag.endswith("svg")  # noqa: S314 - our own


def test_cyrillic_prints_in_a_pdf_and_marks_are_only_text(report, db, person):
    admin = person(role="admin")
    name = "Отдел <b>архитектуры</b> & Ко"
    run(db, "UPDATE organizations SET name = :name WHERE organization_id = CAST(:id AS uuid)", name=name,
        id=admin.organization_id)  # fmt: skip
    from pypdf import PdfReader

    _, files = report(admin, "cost", format="pdf", include_charts=True)
    text = PdfReader(io.BytesIO(files["cost.pdf"])).pages[0].extract_text()
    assert name in " ".join(text.split())
    _, files = report(admin, "cost", format="html")
    assert "<b>архитектуры" not in files["cost.html"].decode()
    assert "&lt;b&gt;архитектуры" in files["cost.html"].decode()
