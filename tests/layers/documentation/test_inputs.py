"""What is handed in: files and archives within limits, and clear refusals beyond them."""

import bz2
import gzip
import io
import tarfile
import zipfile

import pytest

from assistant.documentation import inputs
from assistant.documentation.analysis import analyze
from assistant.documentation.inputs import take
from assistant.platform.errors import AssistantError


def zipped(*files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return packed.getvalue()


def tarred(*files):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            if isinstance(content, bytes):
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
            else:
                entry.type, entry.linkname = tarfile.SYMTYPE, content
                archive.addfile(entry)
    return packed.getvalue()


FILES = [("top/a.py", b"a = 1\n"), ("top/sub/b.go", b"package b\n"), ("top/node_modules/c.js", b"c\n"),
         ("top/README.md", b"# x\n"), ("top/d.min.js", b"d\n"), ("top/e.py", b"\x00\x01\x02")]  # fmt: skip
PACKED = {
    "a.zip": zipped(*FILES), "a.tar": tarred(*FILES), "a.tar.gz": gzip.compress(tarred(*FILES)),
    "a.tgz": gzip.compress(tarred(*FILES)), "a.tar.bz2": bz2.compress(tarred(*FILES)),
}  # fmt: skip


@pytest.mark.parametrize("name", PACKED)
def test_the_code_of_an_archive_is_taken_without_its_top_folder(name):
    taken = take(PACKED[name], name)
    assert {file.path: file.text for file in taken.files} == {"a.py": "a = 1\n", "sub/b.go": "package b\n"}
    assert sorted(path for path, _ in taken.skipped) == ["d.min.js", "e.py"]


def test_paths_that_climb_are_only_names_and_links_are_left_alone():
    taken = take(tarred(("../../etc/a.py", b"x\n"), ("/abs/b.py", b"y\n"), ("c.py", "/etc/passwd")), "a.tar")
    assert [file.path for file in taken.files] == ["etc/a.py", "abs/b.py"]


BOMB = b"\x00" * 60_000_000
ODD = {
    "bomb.zip": zipped(("a.py", BOMB)),
    "bomb.tar.gz": gzip.compress(tarred(("a.txt", BOMB * 4))),
    "bomb.tar.bz2": bz2.compress(tarred(("a.txt", BOMB * 4))),
    "cut.tar.gz": PACKED["a.tar.gz"][:-30],
    "cut.zip": PACKED["a.zip"][:-30],
    "empty.zip": b"PK\x05\x06" + b"\x00" * 18,
    "noise.tar.gz": b"\x1f\x8b" + bytes(range(256)),
    "picture.png": b"\x89PNG\r\n",
    "noname": b"x = 1",
    "words.docx": b"hello",
    "big.py": b"x = 1\n" * 200_000,
}


@pytest.mark.parametrize("name", ODD)
def test_bombs_and_broken_files_end_in_a_clear_refusal(name):
    with pytest.raises(AssistantError) as refused:
        analyze(take(ODD[name], name).files)
    assert refused.value.status in (415, 422)
    assert len(refused.value.detail) > 20


def test_too_many_files_are_refused(monkeypatch):
    monkeypatch.setattr(inputs, "MOST_FILES", 3)
    with pytest.raises(inputs.TooMuchCode):
        take(zipped(*((f"{n}.py", b"x\n") for n in range(4))), "a.zip")


def test_too_much_code_is_refused(monkeypatch):
    monkeypatch.setattr(inputs, "MOST_CODE", 100)
    with pytest.raises(inputs.TooMuchCode):
        take(zipped(*((f"{n}.py", b"x" * 60) for n in range(2))), "a.zip")
