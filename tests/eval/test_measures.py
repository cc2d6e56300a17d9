"""The measures against examples that were computed by hand."""

import math

import pytest

from tests.eval import corpus
from tests.eval.measures import ndcg, percentile, precision, reciprocal_rank, worth

PAGE = (
    """.TH CAT 1
.SH NAME
cat \\- concatenate files and print on the standard output
.SH DESCRIPTION
Concatenate \\fIFILE\\fR(s) to standard output.
"""
    + ".PP\nWith no FILE, or when FILE is -, read standard input.\n" * 8
)


@pytest.mark.parametrize(
    ("ranking", "answers", "p", "rr", "gain"),
    [
        ("abc", "a", 1, 1, 1),
        ("bac", "a", 1, 1 / 2, 1 / math.log2(3)),
        ("bcda", "a", 0, 1 / 4, 1 / math.log2(5)),
        ("bcd", "a", 0, 0, 0),
        ("", "a", 0, 0, 0),
        ("xab", "ab", 1, 1 / 2, (1 / math.log2(3) + 1 / 2) / (1 + 1 / math.log2(3))),
        ("axyb", "ab", 1 / 2, 1, (1 + 1 / math.log2(5)) / (1 + 1 / math.log2(3))),
    ],
)
def test_one_query(ranking, answers, p, rr, gain):
    assert precision(ranking, answers) == p
    assert reciprocal_rank(ranking, answers) == rr
    assert ndcg(ranking, answers) == pytest.approx(gain)


def test_means_and_percentiles():
    mean = worth([("a", "a"), ("b", "a")])
    assert (mean.precision_at_3, mean.mrr, mean.ndcg_at_10) == (0.5, 0.5, 0.5)
    assert (percentile(range(1, 101), 0.5), percentile(range(1, 101), 0.95), percentile([7], 0.95)) == (50, 95, 7)


def test_a_page_loses_the_sentence_that_becomes_its_query():
    page = corpus.read(PAGE, "cat.1", "en")
    assert page.says == "concatenate files and print on the standard output"
    assert page.says not in page.text
    [query] = corpus.queries([page])
    assert (query.text, query.answers) == (page.says, {"en/cat.1"})


def test_the_same_page_in_the_other_language_is_neither_right_nor_wrong():
    english = corpus.read(PAGE, "cat.1", "en")
    russian = corpus.Page("ru/cat.1", "ru", "cat(1)", english.text, "выводит файлы на стандартный вывод")
    asked = {query.language: query for query in corpus.queries([english, russian])}
    assert asked["en"].ignored == {"ru/cat.1"}
    assert asked["ru"].answers == {"ru/cat.1"}
