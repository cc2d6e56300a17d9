"""Files become text, or an error that says what to do; nothing is guessed."""

import json

import pytest

from assistant.platform.errors import Invalid, UnsupportedMediaType
from assistant.search.parse import parse

SUPPORTED = "csv, docx, epub, htm, html, json, md, pdf, txt, yaml, yml"
RUSSIAN = "Бюджет держится до вызова, а затем закрывается по настоящей цене."


def text_of(content, filename="a.txt", declared=""):
    return "\n".join(block.text for block in parse(content, filename, declared).blocks)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251"])
@pytest.mark.parametrize("text", [RUSSIAN, f"Budget: 5 € — {RUSSIAN}" * 50])
def test_encodings_are_told_apart(encoding, text):
    assert text_of(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_latin_text(encoding):
    assert text_of("The hold is settled – “really”.".encode(encoding)) == "The hold is settled – “really”."


def test_windows_quotes_in_english_text_are_not_in_doubt():
    assert text_of("It’s “settled” – always.".encode("cp1252")) == "It’s “settled” – always."


@pytest.mark.parametrize(
    "content",
    ["Für Größe und Maß".encode("cp1252"), RUSSIAN.encode("koi8-r"), RUSSIAN.encode("cp866"), b"caf\xe9",
     b"ok \x98 \xff", "価格を確認する".encode("shift-jis")],
)  # fmt: skip
def test_text_in_no_known_encoding_is_refused_rather_than_garbled(content):
    with pytest.raises(Invalid, match="Save the file as UTF-8"):
        parse(content, "a.txt")


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7 words", b"PK\x03\x04words", b"\x89PNG\r\n", b"\x7fELF", b"words\x00more", b"\x00" * 50,
     bytes(range(256)), b"\x01\x02\x03\x04 words", b"\xff\xfe\x00"],
)  # fmt: skip
def test_binary_content_under_a_text_name(content):
    with pytest.raises((UnsupportedMediaType, Invalid)) as refused:
        parse(content, "a.md")
    assert refused.value.status in (415, 422)
    if not content.startswith(b"\xff\xfe"):
        assert refused.value.status == 415
        assert SUPPORTED in refused.value.detail


@pytest.mark.parametrize("filename", ["a.exe", "a", "md", ".md.", "a.md.zip", "a.rtf", "a.odt"])
def test_other_kinds_are_refused_with_what_is_supported(filename):
    with pytest.raises(UnsupportedMediaType, match=SUPPORTED):
        parse(b"words", filename, "application/octet-stream")


@pytest.mark.parametrize(
    ("filename", "declared", "kind"),
    [("A.MD", "application/octet-stream", "text/markdown"), ("a.yml", "text/plain", "application/yaml"),
     ("README", "text/markdown; charset=utf-8", "text/markdown"), ("a.b.json", "", "application/json")],
)  # fmt: skip
def test_the_suffix_decides_and_the_declared_type_helps_out(filename, declared, kind):
    assert parse(b'"words"', filename, declared).media_type == kind


@pytest.mark.parametrize("content", [b"", b" \n\t", b"\xef\xbb\xbf", b"\xff\xfe", b"\n" * 1000])
@pytest.mark.parametrize("filename", ["a.txt", "a.md", "a.csv", "a.yaml"])
def test_a_file_without_text(content, filename):
    with pytest.raises(Invalid, match="no text"):
        parse(content, filename)


def test_line_ends_become_one():
    assert text_of(b"a\r\nb\rc\n") == "a\nb\nc\n"


def test_json_stays_as_it_is():
    text = json.dumps({"budget": {"limit": 10**30, "имя": "Холд"}}, ensure_ascii=False, indent=1)
    assert text_of(text.encode(), "a.json") == text


@pytest.mark.parametrize(
    ("content", "says"),
    [(b'{"a": }', "line 1"), (b"[" * 200_000, "nested|not JSON"), (b"", "not JSON"), (b'{"a": 1}\n}', "line 2")],
)
def test_broken_json(content, says):
    with pytest.raises(Invalid, match=says):
        parse(content, "a.json")


def test_a_number_of_a_million_digits_is_only_text():
    assert parse(b"[" + b"9" * 1_000_000 + b"]", "a.json").blocks


def test_csv_rows_name_their_columns():
    content = 'name;limit;note\nAnna;5;"two\nlines"\n\nБорис;7;\n'.encode()
    assert text_of(content, "a.csv") == "name: Anna; limit: 5; note: two\nlines\nname: Борис; limit: 7"


def test_csv_with_ragged_rows_keeps_every_value():
    assert text_of(b"a,b\n1,2,3\n4\n", "a.csv") == "a: 1; b: 2; 3\na: 4"


def test_csv_without_names():
    assert text_of(b"1,2\n3,4\n", "a.csv") == "1, 2\n3, 4"


def test_a_csv_field_beyond_the_reader_s_limit_is_an_error_of_the_file():
    with pytest.raises(Invalid, match="not CSV"):
        parse(b'a,b\n"' + b"x" * 200_000 + b'",1\n', "a.csv")


def test_yaml_is_not_loaded():
    bomb = "a: &a [x]\n" + "\n".join(f"b{i}: &b{i} [*a, *a]" for i in range(30)) + "\nc: !!python/object:os.system x\n"
    assert text_of(bomb.encode(), "a.yaml") == bomb
