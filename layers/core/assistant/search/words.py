"""A query in whatever form people type it: words and quoted phrases, never a syntax error."""

import re
from dataclasses import dataclass

# As plain_words() in 0005_search.sql: what PostgreSQL would keep whole or drop becomes separate words.
INVISIBLE = "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\ue000\ue001"
PLAIN = str.maketrans(dict.fromkeys("./_@:-<>&" + INVISIBLE, " ") | {"ё": "е", "Ё": "Е"})
PHRASE = re.compile(r'"([^"]{1,200})"|“([^“”]{1,200})”|«([^«»]{1,200})»')
NOT_A_WORD = re.compile(r"[\s!-/:-@\[-`{-~«»“”„‘’…—–]+")
MOST_WORDS = 48  # each is a search of the index; a text of more words is known by its first ones
MOST_PHRASES = 4


@dataclass(frozen=True)
class Words:
    """What to look for. `words` holds those of the phrases too: a phrase narrows, it does not replace."""

    words: tuple[str, ...]
    phrases: tuple[str, ...]


def words_of(query: str) -> Words:
    """Split a query. A dash excludes nothing: `-name` is a flag more often than a wish in what our users ask for."""
    quoted = ("".join(groups).translate(PLAIN).split() for groups in PHRASE.findall(query))
    phrases = dict.fromkeys(" ".join(words) for words in quoted if len(words) > 1)
    words = dict.fromkeys(word for word in NOT_A_WORD.split(query.translate(PLAIN).lower()) if word)
    return Words(tuple(words)[:MOST_WORDS], tuple(phrases)[:MOST_PHRASES])
