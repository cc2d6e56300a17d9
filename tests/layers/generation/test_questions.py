"""The dialogue's rules: whatever is answered, the state is one that can go on."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.generation.answers import Given, checked
from assistant.generation.finalize import TOPIC, topic_of
from assistant.generation.interview import MOST, worth_asking
from assistant.generation.question_catalog import CATALOG
from assistant.generation.questions import Found, in_words, language_of, missing, questions

KINDS = st.sampled_from(sorted(CATALOG))
LANGUAGES = st.sampled_from(["en", "ru"])
DOCUMENTS = st.lists(st.builds(Found, st.uuids().map(str), st.text(min_size=1, max_size=30)), max_size=3)


def fitting(question, draw):
    """An answer of the question's type."""
    match question.question_type:
        case "text":
            letters = st.characters(codec="utf-8", exclude_characters="\x00")
            return draw(st.text(letters, min_size=1, max_size=50).filter(str.strip))
        case "boolean":
            return draw(st.booleans())
        case "number":
            return draw(st.integers(0, 1_000_000))
        case "choice":
            return draw(st.sampled_from([option.value for option in question.options]))
        case _:
            values = [option.value for option in question.options]
            return draw(st.lists(st.sampled_from(values), min_size=1, max_size=3))


@given(kind=KINDS, language=LANGUAGES, found=DOCUMENTS, data=st.data())
def test_answering_what_is_asked_leads_to_ready(kind, language, found, data):
    answers = {}
    for _ in range(30):
        asked = questions(kind, language, found, [], {name: one["answer"] for name, one in answers.items()})
        assert len({question.question_id for question in asked}) == len(asked)
        still = missing(asked, answers)
        if not still:
            break
        answers |= checked([Given(still[0].question_id, fitting(still[0], data.draw))], asked)
    assert not still
    assert all(in_words(question, answers[question.question_id]["answer"], language)
               for question in asked if question.question_id in answers)  # fmt: skip


def test_every_rule_has_both_languages_and_follows_one_that_comes_before_it():
    for rules in CATALOG.values():
        known = set()
        for rule in rules:
            assert all(rule.wording)
            assert (rule.follows is None) == (rule.when is None)
            assert rule.follows is None or rule.follows in known
            known.add(rule.question_id)


@given(st.text(min_size=10, max_size=2000))
def test_a_title_is_short_and_of_the_request(request):
    title = topic_of(request)
    assert len(title) <= TOPIC + 2
    assert len(title) >= 3 or len(" ".join(request.split())) < 3
    assert title.removesuffix(" …") in " ".join(request.split())


@given(st.text(max_size=300))
def test_whatever_a_model_says_few_questions_or_none_come_of_it(answer):
    kept = worth_asking(answer, "Budgets for teams", ["Who will use it?"])
    assert len(kept) <= MOST
    assert all(question.endswith("?") for question in kept)


def test_the_language_is_that_of_most_letters():
    assert [language_of(text) for text in ("Budget", "Бюджет API", "123", "")] == ["en", "ru", "en", "en"]
