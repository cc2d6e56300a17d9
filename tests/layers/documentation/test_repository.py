"""Repositories: the archive's address, and fetching it from a server that answers as GitLab does."""

import gzip

import pytest

from assistant.documentation import repository
from assistant.documentation.inputs import take
from assistant.documentation.repository import archive_address, fetch
from assistant.platform.errors import AssistantError, Invalid
from tests.layers.documentation.test_inputs import tarred
from tests.servers.archives import AT, archive_host


@pytest.mark.parametrize(
    ("url", "reference", "address"),
    [
        ("https://github.com/a/b", None, "https://github.com/a/b/archive/HEAD.tar.gz"),
        ("https://github.com/a/b.git", "v1", "https://github.com/a/b/archive/v1.tar.gz"),
        ("https://github.com/a/b/tree/feature/x", None, "https://github.com/a/b/archive/feature/x.tar.gz"),
        ("https://gitlab.example/g/s/p", None, "https://gitlab.example/g/s/p/-/archive/HEAD/p-HEAD.tar.gz"),
        ("https://gitlab.example/g/p/-/tree/a/b", None, "https://gitlab.example/g/p/-/archive/a/b/p-a-b.tar.gz"),
    ],
)
def test_the_archive_is_where_the_host_offers_it(url, reference, address):
    assert archive_address(url, reference)[0] == address


@pytest.mark.parametrize(
    ("url", "reference"),
    [("ftp://github.com/a/b", None), ("https://github.com/a", None), ("https://github.com/a/b/c", None), ("", None),
     ("https://github.com/a/..", None), ("https://github.com/a/b", "../x"), ("https://github.com/a/b", "-x"),
     ("https://github.com/a/b", "x y"), ("https://h/a/b?c", "x\n")],
)  # fmt: skip
def test_what_names_no_repository_is_refused(url, reference):
    with pytest.raises(Invalid):
        archive_address(url, reference)


@pytest.fixture
def gitlab(monkeypatch):
    with archive_host(monkeypatch) as found:
        yield found


def test_a_repository_is_fetched_and_read(gitlab):
    url, answers = gitlab
    answers[AT] = (200, gzip.compress(tarred(("p-HEAD/a.py", b"def f(): pass\n"))))
    assert [file.path for file in take(*fetch(url)).files] == ["a.py"]


def test_a_redirect_into_a_network_is_refused(gitlab):
    url, answers = gitlab
    answers[AT] = (302, b"http://169.254.169.254/latest/meta-data/")
    with pytest.raises(AssistantError) as refused:
        fetch(url)
    assert refused.value.code == "address_refused"


def test_without_leave_no_address_inside_is_connected_to(gitlab, monkeypatch):
    monkeypatch.setenv("OUTBOUND_ALLOWED_HOSTS", "other.example")
    with pytest.raises(AssistantError) as refused:
        fetch(gitlab[0])
    assert refused.value.code == "address_refused"


@pytest.mark.parametrize(("status", "kind"), [(404, Invalid), (403, Invalid), (500, repository.RepositoryUnavailable)])
def test_what_the_host_refuses_is_said(gitlab, status, kind):
    url, answers = gitlab
    answers[AT] = (status, b"")
    with pytest.raises(kind):
        fetch(url)


def test_an_archive_beyond_the_limit_is_refused(gitlab, monkeypatch):
    url, answers = gitlab
    monkeypatch.setattr(repository, "MOST_BYTES", 1000)
    answers[AT] = (200, bytes(5000))
    with pytest.raises(Invalid, match="the most"):
        fetch(url)
