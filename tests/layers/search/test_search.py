"""Search finds what shares words with the query, ranks it, shows why, and never looks into another organization."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from assistant.search.models import SearchQuery
from assistant.search.search import passages, search

HOLDS = """# Budgets

Every call to a model costs money, so the organization decides how much of it may be spent in a month by everyone.

## Holds

A hold of the worst case is taken before the call, see src/app/budget_ledger.py. It is settled at the real cost.
"""
CACHE = """# Кэширование

Ответы хранятся в Valkey и обновляются заранее; при отказе кэша обработчики читают базу. Money is not cached at all.
"""


@pytest.fixture
def me(caller, upload):
    me = caller()
    upload(me, HOLDS, "holds.md", tags=("rfc", "money"))
    upload(me, CACHE, "cache.md", tags=("rfc",))
    return me


@pytest.fixture
def find(db):
    def find(who, query, **how):
        with db.reading() as work:
            return search(work, who, SearchQuery(query=query, **how))

    return find


def titles(found):
    return [(result.title, result.heading) for result in found.results]


def test_a_foreign_organization_finds_nothing(caller, find, me, upload):
    stranger = caller()
    upload(stranger, "# Mine\n\nThe hold of mine.", "holds.md")
    assert titles(find(stranger, "hold budget кэширование")) == [("holds.md", "Mine")]
    [foreign, *_] = find(me, "hold").results
    assert find(stranger, "hold", filters={"document_ids": [foreign.document_id]}).total_found == 0


def test_a_result_tells_where_it_is_and_why(find, me):
    found = find(me, "budget ledger")
    best = found.results[0]
    assert (best.title, best.heading, best.chunk_index, best.source_type) == (
        "holds.md",
        "Budgets > Holds",
        1,
        "upload",
    )
    assert "src/app/⟦budget⟧_⟦ledger⟧.py" in best.highlights[0]
    assert best.content.startswith("## Holds")
    assert 0 < best.score < 1
    assert best.url is None
    assert found.search_time_ms > 0


def test_word_forms_of_both_languages(find, me):
    assert titles(find(me, "settling")) == [("holds.md", "Budgets > Holds")]
    assert titles(find(me, "обработчика кэшированию")) == [("cache.md", "Кэширование")]


def test_a_sentence_finds_what_shares_only_some_of_its_words(find, me):
    found = find(me, "Design a subsystem that settles each hold at the cost which the provider reports afterwards")
    assert titles(found)[0] == ("holds.md", "Budgets > Holds")


def test_more_of_the_query_and_rarer_words_rank_higher(find, me):
    found = find(me, "money settled worst case")
    assert titles(found) == [("holds.md", "Budgets > Holds"), ("cache.md", "Кэширование"), ("holds.md", "Budgets")] or (
        titles(found) == [("holds.md", "Budgets > Holds"), ("holds.md", "Budgets"), ("cache.md", "Кэширование")]
    )
    scores = [result.score for result in found.results]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 2 * scores[1]


def test_a_quoted_phrase_is_required_where_it_occurs(find, me):
    assert titles(find(me, '"worst case" money')) == [("holds.md", "Budgets > Holds")]
    assert find(me, '"case worst" money').total_found == 3


def test_limit_threshold_and_total(find, me):
    everything = find(me, "money hold", limit=100)
    assert everything.total_found == len(everything.results) == 3
    limited = find(me, "money hold", limit=1)
    assert (limited.total_found, limited.results) == (3, everything.results[:1])
    threshold = everything.results[1].score
    assert find(me, "money hold", threshold=threshold).results == everything.results[:2]
    none = find(me, "money hold", threshold=1)
    assert (none.total_found, none.results) == (3, [])


def test_filters(find, me):
    assert {result.title for result in find(me, "money", filters={"tags": ["RFC"]}).results} == {"holds.md", "cache.md"}
    assert {result.title for result in find(me, "money", filters={"tags": ["money", "x"]}).results} == {"holds.md"}
    assert find(me, "money", filters={"tags": ["x"]}).total_found == 0
    assert find(me, "money", source_types=["upload", "jira"], sources=["upload"]).total_found == 2
    assert find(me, "money", source_types=["jira"]).total_found == 0
    assert find(me, "money", sources=["wiki"]).total_found == 0
    one = find(me, "кэш").results[0].document_id
    assert {result.document_id for result in find(me, "money", filters={"document_ids": [one]}).results} == {one}


def test_content_only_when_asked_for(find, me):
    [result] = find(me, "ledger", include_content=False).results
    assert result.content is None
    assert result.highlights


def test_one_result_per_document(find, me):
    assert len(find(me, "budget money").results) == 3
    assert len(find(me, "budget money", one_per_document=True).results) == 2


def test_a_title_finds_every_chunk_of_its_document(caller, find, upload):
    me = caller()
    upload(me, HOLDS, "a.md", title="Quarterly ceilings")
    upload(me, HOLDS, "a.md", title="Spending ceilings")
    assert find(me, "spending").total_found == 2
    assert find(me, "quarterly").total_found == 0


def test_equal_scores_come_in_one_order(caller, find, upload):
    me = caller()
    for index in range(8):
        upload(me, f"The same words. {index}", f"{index}.md")
    first = find(me, "same words")
    assert [result.document_id for result in first.results] == sorted(result.document_id for result in first.results)
    assert len({result.score for result in first.results}) == 1
    assert find(me, "same words").results == first.results


def test_markup_in_a_document_is_only_text(caller, find, upload):
    me = caller()
    upload(me, 'Take <script>alert("hold")</script> &amp; <b>hold</b>.', "x.md")
    [result] = find(me, "hold script").results
    assert result.highlights == ['Take <⟦script⟧>alert("⟦hold⟧")</⟦script⟧> &amp; <b>⟦hold⟧</b>.']


@pytest.mark.parametrize(
    "odd",
    ["'; DROP TABLE chunks; --", "SELECT * FROM бюджет WHERE 1=1 OR hold LIKE '%'", "!!! & | ( ) <-> :* \\", '"', "''",
     "def hold(x: int) -> str: return f'{x!r}'", "תקציב של הארגון", "😀 👩\u200d👩\u200d👧", "a" * 1000, "hold " * 200,
     ":words :organization_id", "%s $1 {0}", "\\u0000 \\", "the and of", "\ue000\ue001", "x\u202ehold", "¿?", "ﬁ Ǆ ß"],
)  # fmt: skip
def test_odd_text_is_an_ordinary_query(find, me, odd):
    found = find(me, odd)
    assert found.total_found >= len(found.results)
    assert ("hold" in odd) == any("hold" in result.content.lower() for result in found.results)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=1000))
def test_no_text_fails(find, me, query):
    if query.strip():
        assert find(me, query).total_found >= 0


@pytest.mark.parametrize(
    "wrong",
    [{"query": ""}, {"query": "  "}, {"query": "a" * 1001}, {"query": "a\x00b"}, {"query": "a\ud800"}, {"limit": 0},
     {"limit": 101}, {"limit": -1}, {"threshold": 1.1}, {"threshold": -0.1}, {"threshold": float("nan")},
     {"filters": {"owner": "x"}}, {"filters": {"document_ids": ["x"]}}, {"sources": ["x\x00"]},
     {"source_types": "upload"}],
    ids=str,
)  # fmt: skip
def test_what_is_not_a_query(wrong):
    with pytest.raises(ValidationError):
        SearchQuery(**{"query": "x", **wrong})


class TestPassages:
    def test_of_a_foreign_organization_are_never_seen(self, db, caller, me):
        with db.reading() as work:
            assert passages(work, (stranger := caller()).organization_id, stranger.user_id, "hold budget", 10) == []

    def test_are_the_best_and_at_most_three_of_one_document(self, db, caller, upload):
        me = caller()
        sections = "".join(f"## Part {index}\n\n" + "The hold is settled. " * 20 + "\n\n" for index in range(6))
        upload(me, sections, "many.md", title="Many")
        upload(me, HOLDS, "holds.md")
        with db.reading() as work:
            found = passages(work, me.organization_id, me.user_id, "How is a hold settled?", 10)
        assert [passage.filename for passage in found].count("many.md") == 3
        assert "holds.md" in [passage.filename for passage in found]
        assert [passage.score for passage in found] == sorted((passage.score for passage in found), reverse=True)
        assert found[0].title == "Many"
        assert found[0].heading.startswith("Part ")
        assert "hold" in found[0].content

    def test_only_of_the_documents_asked_for(self, db, me, find):
        cache = str(find(me, "кэш").results[0].document_id)
        with db.reading() as work:
            assert {
                found.filename for found in passages(work, me.organization_id, me.user_id, "money", 9, [cache])
            } == {"cache.md"}
            assert passages(work, me.organization_id, me.user_id, "money", 9, []) == []

    @pytest.mark.parametrize("text", ["", "\x00", "hold\x00settled", "hold " * 5000, "'; DROP TABLE chunks; --"])
    def test_any_text_will_do(self, db, me, text):
        with db.reading() as work:
            found = passages(work, me.organization_id, me.user_id, text, 5)
        assert bool(found) == ("hold" in text)
