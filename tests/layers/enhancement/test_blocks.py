"""Passages cover the prose and nothing else, whatever the text is."""

import random
from pathlib import Path

import pytest

from assistant.enhancement.blocks import SIZE, blocks, passages, pieces

DOCUMENT = """---
title: a thing: with colons
---
# Title
Right below it.

Plain words in a paragraph
over two lines.

Heading
=======

| a | b |
|---|---|
| 1 | 2 |

1. first item of the list
   goes on here
2. second item of the list

    indented code, four of it

~~~sh
# no heading

echo
~~~

<details>raw words that are html</details>

[ref]: https://example.com "words of a title"

> a quotation of some words

---

Last words without a newline"""


def test_each_block_is_what_it_is():
    kinds = [(block.kind, DOCUMENT[block.start : block.end].split("\n")[0]) for block in blocks(DOCUMENT)]
    assert kinds == [
        ("raw", "---"),
        ("heading", "# Title"),
        ("prose", "Right below it."),
        ("prose", "Plain words in a paragraph"),
        ("heading", "Heading"),
        ("table", "| a | b |"),
        ("prose", "1. first item of the list"),
        ("code", "    indented code, four of it"),
        ("code", "~~~sh"),
        ("raw", "<details>raw words that are html</details>"),
        ("raw", '[ref]: https://example.com "words of a title"'),
        ("prose", "> a quotation of some words"),
        ("raw", "---"),
        ("prose", "Last words without a newline"),
    ]


def test_passages_are_prose_with_the_heading_above_them():
    found = [(one.heading, DOCUMENT[one.start : one.end]) for one in passages(DOCUMENT)]
    assert found == [
        ("Title", "Plain words in a paragraph\nover two lines."),
        ("Heading", "1. first item of the list\n   goes on here\n2. second item of the list"),
        ("Heading", "> a quotation of some words"),
        ("Heading", "Last words without a newline"),
    ]


def test_a_list_is_cut_between_its_items_and_a_paragraph_between_its_sentences():
    text = "One is here. Two, e.g. «this.» Three?\n- four\n- five of it.\n\nSix"
    assert [text[piece.start : piece.end] for piece in pieces(text)] == [
        "One is here.", "Two, e.g.", "«this.»", "Three?", "- four", "- five of it.", "Six"
    ]  # fmt: skip


@pytest.mark.parametrize("word", ["слово ", "word ", "字", "x" * 3000 + " ", "😀 "])
def test_no_passage_is_too_long_and_nothing_is_lost(word):
    text = word * (2000 if len(word) < 10 else 5)
    found = passages(text, headings=True)
    assert all(len(text[one.start : one.end].encode()) <= SIZE for one in found)
    rebuilt = "".join("".join(text[one.start : one.end].split()) for one in found)
    assert set(rebuilt) <= set(text)
    if word.strip().isalpha() and word.endswith(" "):
        assert rebuilt == "".join(text.split())


@pytest.mark.parametrize("seed", range(20))
def test_any_text_has_blocks_in_order_with_blanks_between(seed):
    chance = random.Random(seed)
    parts = ["# h\n", "```\n", "\n", "- a b c d\n", "text of four words. ", "    code\n", "| a |\n|-|\n", "---\n", "\t"]
    text = "".join(chance.choices(parts, k=200))
    at = 0
    for block in blocks(text):
        assert block.start >= at
        assert not text[at : block.start].strip()
        assert text[block.start : block.end].strip()
        at = block.end
    assert not text[at:].strip()
    last = 0
    for passage in passages(text):
        assert passage.start >= last
        last = passage.end


def test_the_projects_own_documents_are_readable():
    for path in (Path(__file__).parents[3] / "docs").rglob("*.md"):
        text = path.read_text()
        assert passages(text)
        assert not any("```" in text[one.start : one.end] for one in passages(text))
