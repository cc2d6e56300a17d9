"""GET /."""

from functions.system import get_root


def test_leads_to_the_documentation(plain):
    answer = plain(get_root, "/")
    assert (answer.status, answer.headers["location"]) == (307, "/docs")
