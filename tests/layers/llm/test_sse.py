"""Server-sent events, cut in every way."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.llm.sse import EventTooLarge, data_of_events

STREAM = (
    "\ufeff: hi\r\ndata: a\r\ndata:b\r\n\r\nevent: x\rdata:  c\u2028\u0085\r\rdata: д🌍\n\nretry: 5\n\ndata: lost"
).encode()


def read(chunks):
    return [data for data in data_of_events(chunks) if data is not None]


@given(st.lists(st.integers(0, len(STREAM)), max_size=30))
def test_however_it_is_cut_the_events_are_the_same(cuts):
    marks = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[start:end] for start, end in pairwise(marks)]
    assert read(pieces) == ["a\nb", " c\u2028\u0085", "д🌍"]


def test_byte_by_byte():
    assert read(STREAM[at : at + 1] for at in range(len(STREAM))) == ["a\nb", " c\u2028\u0085", "д🌍"]


def test_every_chunk_without_an_event_is_heard():
    assert list(data_of_events([b": one\n\n", b"data: a\n", b"\n"])) == [None, None, "a"]


@pytest.mark.parametrize("line", [b"x" * 1000, b"data: " + b"x" * 1000 + b"\n"])
def test_an_endless_event_is_given_up(line):
    with pytest.raises(EventTooLarge):
        read([line] * 2000)
