"""Chunks lose nothing, stay small, keep order, respect headings and code, and take no time on any input."""

import time
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.search.chunk import MERGED_BELOW, chunk_blocks, ranges
from assistant.search.parse import Block

WORDS = st.sampled_from(
    ["hold", "бюджет", "😀", "# Budgets", "## Holds", "```", "~~~", "- item", "1. first", "===", "---", "a" * 300,
     "מחיר", "| a | b |", "Done.", "Ends?", "`x`", "\t", "    code", "…", "\u00a0", "\u2028", "\x0c"]
)  # fmt: skip
TEXTS = st.lists(st.tuples(WORDS, st.sampled_from([" ", "\n", "\n\n", ". ", ""])), max_size=120).map(
    lambda pairs: "".join(word + gap for word, gap in pairs)
) | st.text(max_size=3000)
SHAPES = st.sampled_from(["markdown", "prose", "lines"])
SIZES = st.sampled_from([(1000, 200), (1000, 0), (200, 100), (40, 10), (7, 3), (1, 0)])

PROSE = "The hold is taken before the call. It is settled at the real cost afterwards. " * 4  # 312 characters


def chunks(text, shape="markdown", size=1000, overlap=200):
    return chunk_blocks([Block(text, shape)], size, overlap)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS, SHAPES, SIZES)
def test_nothing_is_lost_and_nothing_is_too_large(text, shape, sizes):
    size, overlap = sizes
    found = list(ranges(Block(text, shape), size, overlap))
    at = furthest = 0
    for number, (_, start, end) in enumerate(found):
        assert 0 < end - start <= size
        assert start > at or number == 0, "each chunk starts after the one before"
        assert end > furthest, "and brings something new"
        assert furthest - start <= overlap
        assert not text[furthest:start].strip(), "and nothing between them is left out"
        at, furthest = start, end
    assert not text[furthest:].strip()
    cut = chunks(text, shape, size, overlap)
    assert [chunk.content for chunk in cut] == [text[start:end] for _, start, end in found]
    assert [chunk.index for chunk in cut] == list(range(len(cut)))
    assert cut == chunks(text, shape, size, overlap)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 100), st.integers(1000, 6000))
def test_the_next_chunk_repeats_the_end_of_the_one_before(seed, length):
    sentences = [f"Sentence {seed} number {index} ends here." for index in range(length // 35)]
    found = chunks(" ".join(sentences), "prose")
    assert len(found) >= 1
    for one, other in pairwise(found):
        repeated = other.content[:100]
        assert repeated in one.content
        assert len(one.content) - one.content.index(repeated) <= 200


@pytest.mark.parametrize(
    "text",
    ["x" * 1_000_000, " " * 1_000_000 + "x", "." * 1_000_000, "a. " * 300_000, "\n" * 1_000_000 + "x", "#" * 1_000_000,
     "# a\nx\n" * 150_000, "`" * 1_000_000, "```\n" * 250_000, "- " * 500_000, ">" * 500_000, "\n \t" * 300_000 + "x",
     "| a " * 250_000, "(\"'" * 300_000, "=\n" * 500_000],
    ids=lambda text: repr(text[:8]),
)  # fmt: skip
def test_a_megabyte_of_anything_takes_seconds_at_most(text):
    started = time.process_time()
    found = chunks(text)
    assert time.process_time() - started < 6
    assert sum(len(chunk.content) for chunk in found) < 2 * len(text) + 1000
    assert len(found) <= 2 * len(text) / MERGED_BELOW + 2


def test_headings_make_a_path():
    found = chunks(f"# Budgets\n\n{PROSE}\n\n## Holds\n\n{PROSE}\n\n### Lost\n\n{PROSE}\n\n## Reset\n\n{PROSE}")
    assert [chunk.heading for chunk in found] == [
        "Budgets", "Budgets > Holds", "Budgets > Holds > Lost", "Budgets > Reset",
    ]  # fmt: skip
    assert found[1].content.startswith("## Holds\n\nThe hold")


def test_no_chunk_runs_from_one_heading_into_the_next():
    text = f"# One\n\n{PROSE * 5}\n\n# Two\n\n{PROSE * 5}"
    for chunk in chunks(text):
        assert ("# One" in chunk.content or chunk.heading == "One") != (
            "# Two" in chunk.content or chunk.heading == "Two"
        )


def test_a_heading_without_text_goes_with_its_first_subsection():
    [chunk] = chunks(f"# Budgets\n\n## Holds\n\n{PROSE}")
    assert chunk.heading == "Budgets > Holds"
    assert chunk.content.startswith("# Budgets")


def test_very_short_sections_are_kept_together_under_what_they_share():
    glossary = "".join(f"## Term {index}\n\nMeans {index}.\n\n" for index in range(20))
    found = chunks(f"# Glossary\n\n{PROSE}\n\n{glossary}")
    assert {chunk.heading for chunk in found} == {"Glossary"}
    assert len(found) == 2


@pytest.mark.parametrize("fence", ["```", "~~~", "````"])
def test_code_that_fits_is_never_split(fence):
    code = (
        f"{fence}python\n"
        + "\n\n".join(f"# comment {index}.\nvalue_{index} = 1." for index in range(25))
        + f"\n{fence}"
    )
    assert 700 < len(code) < 1000
    found = chunks(f"# Code\n\n{PROSE}{PROSE}\n\n{code}\n\n{PROSE}")
    assert sum(code in chunk.content for chunk in found) == 1
    assert {chunk.heading for chunk in found} == {"Code"}, "a comment in code is not a heading"


def test_code_that_does_not_fit_is_cut_between_lines():
    lines = [f"value_{index} = compute({index})" for index in range(200)]
    found = chunks("# Code\n\n```\n" + "\n".join(lines) + "\n```\n")
    whole = {line for chunk in found for line in chunk.content.splitlines()}
    assert set(lines) <= whole
    assert all(line in lines or line in ("# Code", "", "```") for line in whole)


def test_indentation_at_the_start_of_a_chunk_is_kept():
    text = "\n".join(f"    {'x' * 90} {index}" for index in range(50))
    assert all(chunk.content.startswith("    x") for chunk in chunks(text, "lines"))


def test_a_chunk_ends_at_a_paragraph_when_one_is_near():
    found = chunks("\n\n".join([PROSE.strip()] * 9))
    assert all(chunk.content.endswith("afterwards.") for chunk in found)


@pytest.mark.parametrize(
    ("line", "heading"),
    [("#hashtag", ""), ("####### seven", ""), ("    # indented code", ""), ("# Closed ##", "Closed"),
     ("Set\n===", "Set"), ("   # Three blanks", "Three blanks"), ("a | b\n---|---", ""), ("#", "")],
)  # fmt: skip
def test_what_is_a_heading(line, heading):
    assert chunks(f"{line}\n\n{PROSE}")[0].heading == heading


def test_blocks_are_never_mixed():
    found = chunk_blocks([Block("One.", "prose", "A"), Block("# B\n\nTwo.", "markdown", "Page 2")])
    assert [(chunk.index, chunk.heading, chunk.content) for chunk in found] == [
        (0, "A", "One."), (1, "Page 2 > B", "# B\n\nTwo."),
    ]  # fmt: skip


def test_an_overlap_beyond_half_is_refused():
    with pytest.raises(ValueError, match="overlap"):
        chunks("x", size=100, overlap=51)
