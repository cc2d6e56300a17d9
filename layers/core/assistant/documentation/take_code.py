"""The files of a code input, whichever of its forms it has."""

from assistant.documentation.code.languages import BY_NAME, language_of
from assistant.documentation.inputs import SourceFile, Taken, take
from assistant.documentation.repository import fetch
from assistant.documentation.request import CodeInput, FileInput, RepositoryInput, TextInput
from assistant.platform.errors import Invalid
from assistant.search.filenames import displayed


def take_code(code: CodeInput) -> Taken:
    """The files to parse; a repository is fetched for it. Raises Invalid, OutboundRefused, RepositoryUnavailable."""
    if isinstance(code, RepositoryInput):
        return take(*fetch(code.url, code.reference))
    return read(code)[2]


def read(code: TextInput | FileInput) -> tuple[bytes, str, Taken]:
    """(the content as it is kept, its name, the files in it)."""
    if isinstance(code, FileInput):
        filename = displayed(code.filename)
        return code.content, filename, take(code.content, filename)
    filename = named(code)
    content = code.code.encode("utf-8", "replace")
    return content, filename, Taken([SourceFile(filename, code.code)], [])


def named(code: TextInput) -> str:
    """The name that text gets: its own, with a suffix by which its language is told."""
    filename = displayed(code.filename)
    if code.language is not None:
        language = BY_NAME[code.language]
        if language_of(filename) is language:
            return filename
        stem = filename.rpartition(".")[0] if language_of(filename) else filename
        return f"{stem or 'code'}{language.suffixes[0]}"
    if language_of(filename) is None:
        raise Invalid(
            "The language cannot be told. Give `language`, or a `filename` with the suffix of one.",
            errors=[{"pointer": "/code_input/language", "detail": f"one of: {', '.join(sorted(BY_NAME))}"}],
        )
    return filename
