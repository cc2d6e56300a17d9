"""GET /openapi.json."""

import json
from pathlib import Path

from functions.system import get_openapi

COMMITTED = json.loads((Path(__file__).parents[3] / "openapi.json").read_text(encoding="utf-8"))


def test_anyone_gets_the_committed_document(plain):
    answer = plain(get_openapi, "/openapi.json")
    assert (answer.status, answer.json()) == (200, COMMITTED)
    assert answer.headers["cache-control"] == "public, max-age=300"


def test_who_has_it_already_does_not_get_it_again(plain):
    tag = plain(get_openapi, "/openapi.json").headers["etag"]
    again = plain(get_openapi, "/openapi.json", **{"if-none-match": tag})
    assert (again.status, again.text) == (304, "")
