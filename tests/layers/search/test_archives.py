"""ZIP containers are read up to limits that count what really comes out, whatever they say of themselves."""

import struct

import pytest

from assistant.platform.errors import Invalid
from assistant.search import archives
from assistant.search.archives import Archive
from tests.layers.search import office_files as files


def test_an_entry_is_read_whole():
    archive = Archive(files.archive({"a": "words", "b/c": b"\x00\xff"}))
    assert archive.names == ["a", "b/c"]
    assert (archive.read("a"), archive.read("b/c")) == (b"words", b"\x00\xff")


def test_a_missing_entry():
    with pytest.raises(Invalid, match=r"lacks word/document\.xml"):
        Archive(files.archive({"a": ""})).read("word/document.xml")


def test_a_bomb_ends_where_more_comes_out_than_text_packs_to():
    bomb = files.archive({"a": b"\0" * 30_000_000})
    assert len(bomb) * archives.MOST_RATIO < 30_000_000
    with pytest.raises(Invalid, match="more than a document holds"):
        Archive(bomb).read("a")


def test_many_small_bombs_count_together():
    archive = Archive(files.archive({str(number): b"\0" * 400_000 for number in range(3)}))
    archive.read("0")
    archive.read("1")
    with pytest.raises(Invalid, match="more than a document holds"):
        archive.read("2")


def test_a_size_that_lies_does_not_help():
    content = bytearray(files.archive({"a": b"\0" * 30_000_000}))
    at = content.find(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 10)  # the directory says: ten bytes
    with pytest.raises(Invalid):
        Archive(bytes(content)).read("a")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"PK\x05\x06" + b"\xff" * 18, b"words" * 100])
def test_what_is_no_archive(content):
    with pytest.raises(Invalid, match="damaged"):
        Archive(content)


def test_a_locked_archive():
    with pytest.raises(Invalid, match="Remove the password"):
        Archive(files.encrypted_flag(files.archive({"a": "words"})))
