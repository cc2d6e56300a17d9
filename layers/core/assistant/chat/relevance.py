"""What counts as found: the search always ranks something first, and first is not yet an answer.

A passage is relevant when it has enough of the question's words, or when its vector is near enough. The figures are
from a measurement over this project's own documentation (docs/chat.md).
"""

from collections.abc import Sequence

from assistant.generation.citations import stems_of
from assistant.generation.questions import language_of
from assistant.search.embeddings import configured
from assistant.search.search import Passage

SHARE = 0.6  # of the question's telling words, by their stems
NEAR = 0.32  # how far the similarity is above the model's floor, as a share of what is left up to 1 …
NEAR_ACROSS = 0.14  # … when question and passage are of two languages, which lie further apart
FEW_WORDS = 4  # a shorter question is searched for together with the one before it

# Words that ask and do not tell.
ASKING = stems_of(
    "what which when where who whom whose does with from that this there have into about them they your ours their "
    "will would could should been were being also than then each other some such how many much long please tell "
    "explain какой какая какие каких сколько когда где кто что чего почему зачем есть этот это эта наш наша нашем "
    "нашего было были быть если чтобы между после перед как долго происходит такое расскажи объясни"
)

NOTHING_FOUND = {
    "en": "The sources do not say: nothing in them that you may read is close enough to this question.",
    "ru": "В источниках этого нет: ничто из доступного вам не подходит к этому вопросу достаточно близко.",
}
NOT_BACKED = {
    "en": "The sources do not say this: no statement below could be checked against them.",
    "ru": "В источниках этого нет: ни одно утверждение ниже не подтверждается ими.",
}


def relevant(question: str, passages: Sequence[Passage]) -> list[Passage]:
    """The passages that are close enough to the question to answer it, in their order."""
    telling = stems_of(question) - ASKING
    model = configured.model()
    floor = model.floor if model else 1.0
    asked_in = language_of(question)

    def is_relevant(passage: Passage) -> bool:
        words = stems_of(f"{passage.title} {passage.heading} {passage.content}")
        if telling and len(telling & words) >= SHARE * len(telling):
            return True
        near = NEAR if language_of(passage.content) == asked_in else NEAR_ACROSS
        return passage.similarity is not None and passage.similarity >= floor + (1 - floor) * near

    return [passage for passage in passages if is_relevant(passage)]


def search_text(question: str, history: Sequence[tuple[str, str]]) -> str:
    """What is searched for: the question; a short one ("and for teams?") with the one before it."""
    if len(question.split()) >= FEW_WORDS or not history:
        return question
    return f"{history[-1][0]} {question}"


def in_language(words: dict[str, str], question: str) -> str:
    """The words in the language of the question."""
    return words[language_of(question)]
