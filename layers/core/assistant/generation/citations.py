"""Checks each citation against the passage that it names: a program, not a model, decides what is backed.

A sentence that cites [n] keeps the citation when
- what it puts in quotation marks, and each number and identifier in it, occurs in a passage that it cites, and
- enough of its words (half; three in ten when it cites several) occur in passage n.
A sentence that takes nearly all of its words from a passage and cites nothing gets that passage's number.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

CITATION = re.compile(r"\s*\[(\d{1,3})\]")
# A sentence ends at a mark that white space or the end follows; citations behind the mark belong to it.
SENTENCE = re.compile(r"[^\n]+?(?:[.!?…]+[\"»”')*]*(?:\s*\[\d{1,3}\])*(?=\s|$)|(?=\n|$))")
QUOTED = re.compile(r'"([^"\n]{2,300})"|“([^”\n]{2,300})”|«([^»\n]{2,300})»')
LITERAL = re.compile(r"\b\w+(?:[_/]\w+)+\b|\d+(?:[.,:]\d+)*")
WORD = re.compile(r"[^\W\d_]+")
SHORTEST = 4  # letters of a word that tells something
STEM = 5  # letters that two forms of a word share, in both languages
ALONE, AMONG, BORROWED = 0.5, 0.3, 0.8
FEWEST_BORROWED = 5  # words; shorter sentences are anybody's
FEWEST_SAID = 3  # words; less claims nothing


@dataclass(frozen=True, slots=True)
class Removed:
    """A citation that was taken away, and why."""

    sentence: str
    number: int
    reason: str


@dataclass(slots=True)
class Checked:
    """A text whose citations hold. `kept` and `added` count citations, `uncited` the sentences that name no passage;
    `numbers` are the passages that it stands on."""

    text: str
    kept: int = 0
    added: int = 0
    uncited: int = 0
    removed: list[Removed] = field(default_factory=list)

    @property
    def numbers(self) -> set[int]:
        return {int(number) for number in CITATION.findall(self.text)}


def check(text: str, passages: Mapping[int, str]) -> Checked:
    """Keep the citations that the passages bear out, by their numbers; take the others away and say so."""
    known = {number: _Passage(content) for number, content in passages.items()}
    result = Checked(text)

    def judged(found: re.Match[str]) -> str:
        return _judge(found.group(0), known, result)

    result.text = SENTENCE.sub(judged, text)
    return result


class _Passage:
    def __init__(self, content: str) -> None:
        self.plain = _plain(content)
        self.stems = stems_of(content)
        self.literals = {literal.lower() for literal in LITERAL.findall(content)}


def _judge(sentence: str, known: Mapping[int, _Passage], result: Checked) -> str:
    cited = list(dict.fromkeys(int(number) for number in CITATION.findall(sentence)))
    bare = CITATION.sub("", sentence)
    if not cited:
        number = _borrowed(bare, known)
        if number is None:
            result.uncited += len(stems_of(bare)) >= FEWEST_SAID
            return sentence
        result.added += 1
        return f"{sentence.rstrip()} [{number}]"
    refused = _refused(bare, cited, known)
    result.uncited += len(refused) == len(cited)
    result.kept += len(cited) - len(refused)
    said = " ".join(bare.split())
    result.removed += [Removed(said, number, reason) for number, reason in refused.items()]

    def stays(found: re.Match[str]) -> str:
        return "" if int(found.group(1)) in refused else found.group(0)

    return CITATION.sub(stays, sentence)


def _refused(bare: str, cited: list[int], known: Mapping[int, _Passage]) -> dict[int, str]:
    refused = {number: "there is no such passage" for number in cited if number not in known}
    named = {number: known[number] for number in cited if number in known}
    needed = ALONE if len(named) == 1 else AMONG
    stems = stems_of(bare)
    for number, passage in named.items():
        if stems and len(stems & passage.stems) < needed * len(stems):
            refused[number] = "the passage speaks of something else"
    backing = [passage for number, passage in named.items() if number not in refused]
    missing = _missing(bare, backing)
    if missing and backing:
        refused |= {number: f"the passage does not contain {missing!r}" for number in named if number not in refused}
    return refused


def _missing(bare: str, backing: list[_Passage]) -> str | None:
    """The first quotation, number or identifier that no passage contains."""
    for groups in QUOTED.findall(bare):
        words = "".join(groups)
        if not any(_plain(words) in passage.plain for passage in backing):
            return words
    for literal in LITERAL.findall(bare):
        if not any(literal.lower() in passage.literals for passage in backing):
            return str(literal)
    return None


def _borrowed(bare: str, known: Mapping[int, _Passage]) -> int | None:
    """The passage that a sentence without a citation was taken from, if it was."""
    stems = stems_of(bare)
    if len(stems) < FEWEST_BORROWED:
        return None
    share, number = max(
        ((len(stems & passage.stems) / len(stems), -number) for number, passage in known.items()), default=(0.0, 0)
    )
    return -number if share >= BORROWED and _missing(bare, [known[-number]]) is None else None


def stems_of(text: str) -> set[str]:
    """What a text speaks of: the beginnings of its words, of four letters or more."""
    return {word[:STEM] for word in WORD.findall(text.lower().replace("ё", "е")) if len(word) >= SHORTEST}


def _plain(text: str) -> str:
    """Words in lower case with single spaces, so that marks and line breaks of the original do not matter."""
    return " " + " ".join(re.findall(r"\w+", text.lower().replace("ё", "е"))) + " "
