"""Parsing a text as a file of a language."""

import pytest

from assistant.documentation.code.languages import BY_NAME
from assistant.documentation.code.read import read_file


@pytest.fixture
def parsed():
    def make(language, text, path=None):
        return read_file(path or f"code{BY_NAME[language].suffixes[0]}", text, BY_NAME[language])

    return make
