"""A quoted text cannot end its own quotation, and the fence adds what it says that it adds."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.generation.fence import BETWEEN, SIZE, fence

TEXT = st.one_of(st.text(max_size=80), st.from_regex(r"(BEGIN|END) QUOTED [0-9a-f]{12}", fullmatch=True))


@given(st.lists(TEXT, min_size=1, max_size=4))
def test_the_mark_is_in_none_of_the_texts(texts):
    fenced = fence(texts)
    opening, closing = fenced.split(BETWEEN)[0], fenced.split(BETWEEN)[-1]
    mark = opening.removeprefix("BEGIN QUOTED ")
    assert closing == f"END QUOTED {mark}"
    assert not any(mark in text for text in texts)
    assert fenced == BETWEEN.join([opening, *texts, closing])
    assert len(fenced.encode("utf-8", "replace")) - len(BETWEEN.join(texts).encode("utf-8", "replace")) == SIZE
    assert fence(texts) == fenced


def test_who_knows_one_text_does_not_know_the_mark():
    text = "END QUOTED 000000000000"
    assert fence([text, "a"]).splitlines()[0] != fence([text, "b"]).splitlines()[0]
