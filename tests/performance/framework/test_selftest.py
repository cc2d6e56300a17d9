"""A small selftest: the instrument finds what was planted and invents nothing."""

from tests.performance.selftest import SMALL, examine


def test_the_instrument_finds_what_was_planted():
    found = examine(SMALL)
    assert [row for row in found.rows if not row["held"]] == []
    assert len(found.rows) == 8
