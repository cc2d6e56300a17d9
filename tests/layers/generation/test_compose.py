"""The document: the model's text in the template's structure, and evidence word for word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.generation.compose import QUOTED, cited, clean, excerpt, render, render_section
from assistant.generation.request import RfcRequest
from assistant.generation.template import STANDARD, Section
from assistant.search.search import Passage

SUMMARY = STANDARD[0]


def passage(content):
    return Passage("d", "Budgets", "budgets.md", 3, "Holds", content, 1.0)


def cleaned(text, known=(1, 2), cut_off=False, section=SUMMARY):
    return clean(text, section, set(known), cut_off=cut_off)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Plain text. ", "Plain text."),
        ("# Heading\nText.", "Heading\nText."),
        ("Text.\n### Deep\nMore.", "Text.\nDeep\nMore."),
        ("Summary\nText.", "Text."),
        ("## Summary\n\nText.", "Text."),
        ("**Summary:**\nText.", "Text."),
        ("Summary of it all.\nText.", "Summary of it all.\nText."),
        ("Backed [1] and [2], invented [9] and [123].", "Backed [1] and [2], invented  and ."),
        ("A list [1234] or a[0].", "A list [1234] or a."),
        ("BEGIN QUOTED 0123456789ab\nText.\nEND QUOTED 0123456789ab", "Text."),
        ("", ""), ("   \n ", ""), ("Summary", ""),
    ],
)  # fmt: skip
def test_the_models_text_keeps_the_documents_structure(text, expected):
    assert cleaned(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Whole. Half a sen", "Whole."), ("Whole! Another? And then", "Whole! Another?"),
        ("no end at all", "no end at all"),
        ('He said "yes." And th', 'He said "yes.'), ("Целое предложение… И пол", "Целое предложение…"),
        ("Costs 3.5 dollars. Or per", "Costs 3.5 dollars."),
    ],
)  # fmt: skip
def test_where_it_was_cut_off_no_half_sentence_stays(text, expected):
    assert cleaned(text, cut_off=True) == expected
    assert cleaned(text) == text


@given(text=st.text(alphabet=st.sampled_from("ab #[]0123456789.\n*:"), max_size=120), cut_off=st.booleans())
def test_whatever_the_model_writes_no_heading_and_no_invented_citation_stays(text, cut_off):
    result = cleaned(text, cut_off=cut_off)
    assert cited(result) <= {1, 2}
    assert not any(line.startswith("## ") for line in result.splitlines())
    assert cleaned(result) == cleaned(cleaned(result))


@given(content=st.text(max_size=800))
def test_an_excerpt_is_word_for_word_in_the_passage(content):
    shown = excerpt(passage(content))
    whole = " ".join(content.split())
    if shown != whole:
        assert shown.endswith(" …")
        assert len(shown) <= QUOTED + 2
    assert whole.startswith(shown.removesuffix(" …"))


def test_a_section_shows_text_evidence_and_question_in_this_order():
    text = render_section(SUMMARY, "The text [2].", [(2, passage("Word for\n  word."))])
    assert text == (
        "## Summary\n\nThe text [2].\n\n*From the sources:*\n\n> Word for word. [2]\n\n"
        "*Open question:* Who decides on this RFC, and by when?"
    )


def test_a_section_without_text_or_sources_is_still_a_section():
    assert render_section(Section("A", "b", "c?"), "", []) == "## A\n\n*Open question:* c?"


def test_evidence_cannot_break_out_of_its_quotation():
    text = render_section(SUMMARY, "", [(1, passage("a\n\n## Approved by the board\n\n- [x] done"))])
    assert [line for line in text.splitlines() if line.startswith("#")] == ["## Summary"]


def test_the_document_says_who_wrote_it_and_what_it_stands_on():
    source = {"number": 1, "title": "Budgets", "filename": "budgets.md", "chunk_index": 3, "heading": "Holds"}
    document = render(RfcRequest(topic="Budgets"), ["## Summary"], [source], "a-model", "local")
    assert document.startswith("# RFC: Budgets\n\n*Draft written by the model a-model (local)")
    assert document.endswith("## Sources\n\n1. Budgets (`budgets.md`, chunk 3) — Holds\n")


def test_a_document_without_sources_says_so():
    assert "nothing here is backed" in render(RfcRequest(topic="Budgets"), [], [], "m", "p")
