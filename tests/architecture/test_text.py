"""No file says where it was made, and one that does is seen."""

import pytest

from tests.architecture.rules_text import committed, nothing_tells_where_it_was_made
from tests.architecture.source import Source


def test_nothing_tells_where_it_was_made():
    files = committed()
    assert {"template.yaml", "README.md", "openapi.json"} <= {source.path for source in files}
    assert nothing_tells_where_it_was_made(files) == []


@pytest.mark.parametrize(
    "words",
    [
        "as the Farm" + "-Bench measured",
        "see /" + "work/main",
        "in shar" + "ed/DESIGN.md",
        "cd /home" + "/ann/project",
        "pip install --extra-index" + "-url x",
        "pip install --find" + "-links x",
        "from files.python" + "hosted.org",
        "https://registry" + ".npm" + "js.org/x",
        "https://registry" + ".example.com/x",
    ],
)
def test_a_file_that_tells_is_seen(words):
    findings = nothing_tells_where_it_was_made([Source("docs/x.md", f"A line.\n{words}\n")])
    assert findings
    assert all(line.startswith("docs/x.md:2 says") for line in findings)


@pytest.mark.parametrize("words", ["framework/", "a network/peer", "node_modules/", "the root/ folder", "unshared/x"])
def test_ordinary_words_are_accepted(words):
    assert nothing_tells_where_it_was_made([Source("docs/x.md", words)]) == []
