"""POST /api/v1/ai-enhancement/rfc/analyze-quality."""

import pytest

ANALYZE = "generation.analyze_rfc_quality"
GOOD = "\n\n".join(
    f"## {title}\n\n" + " ".join(f"The {title} of step {n} holds {n * 3} API_TOKENS for part {title}{n} [1]." for n in
                                 range(6))
    for title in ("Summary", "Background", "Goals", "Design", "Alternatives", "Risks")
)  # fmt: skip
TITLE = "API_TOKENS of each step"


def analyze(call, person, content, title=TITLE):
    return call(ANALYZE, person(), json_body={"rfc_content": content, "rfc_title": title})


def test_anonymous(call):
    assert call(ANALYZE, json_body={"rfc_content": "a", "rfc_title": "b"}).status == 401


def test_a_whole_document_has_every_section_and_high_scores(call, person):
    body = analyze(call, person, f"# {TITLE}\n\n{GOOD}").body
    assert (body["missing_sections"], body["weak_areas"]) == ([], [])
    assert body["overall"] > 90
    assert body["overall"] == pytest.approx(
        sum(body[part]["score"] * body[part]["weight"] for part in
            ("structure", "completeness", "technical_depth", "clarity")), abs=0.2
    )  # fmt: skip


def test_what_is_missing_is_named_and_lowers_structure(call, person):
    body = analyze(call, person, "## Summary\n\nShort.\n\n## Risks\n\n").body
    assert body["missing_sections"] == ["Context and problem", "Goals and non-goals", "Proposal",
                                        "Alternatives considered", "Risks and rollout"]  # fmt: skip
    assert body["structure"]["score"] == pytest.approx(100 / 6 / 2, abs=0.1)
    assert "Risks is empty." in body["structure"]["reasons"]
    assert set(body["weak_areas"]) == {"structure", "completeness", "technical_depth"}
    assert any("Add the section 'Proposal'." in suggestion for suggestion in body["suggestions"])


def test_russian_headings_are_known(call, person):
    titles = ("Введение", "Проблема", "Цели", "Решение", "Альтернативы", "Риски")
    text = "\n\n".join(f"## {title}\n\nСлова." for title in titles)
    assert analyze(call, person, text).body["missing_sections"] == []


def test_deeper_headings_and_code_belong_to_their_section(call, person):
    text = "# T\n\n## Summary\n\n### Details\n\nWords.\n\n```\n# no heading\n```\n\n## Proposal\n\nWords."
    body = analyze(call, person, text).body
    assert "Summary is empty." not in body["structure"]["reasons"]
    assert "Proposal" not in body["missing_sections"]
    assert "Summary" not in body["missing_sections"]


@pytest.mark.parametrize("odd", ["'; DROP TABLE rfcs; --", "<script>alert(1)</script>", "😀", "\n\n", "#", "```"])
def test_odd_text_is_only_text(call, person, odd):
    answer = analyze(call, person, odd)
    assert (answer.status == 200) == bool(odd.strip())
    if answer.status == 200:
        assert 0 <= answer.body["overall"] <= 100


def test_too_long(call, person):
    assert analyze(call, person, "x" * 200_001).status == 422
