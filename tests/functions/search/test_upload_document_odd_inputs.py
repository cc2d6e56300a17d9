"""Odd files and odd queries: a clear error or a safe result (tests/functions/odd_inputs.py)."""

import pytest

from tests.functions import odd_inputs

pytestmark = pytest.mark.usefixtures("bucket")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "secret.txt").write_text(odd_inputs.HERE)
    return tmp_path


def test_there_are_enough_of_them():
    assert odd_inputs.COUNT >= 300


KINDS = sorted({name.split(" as ")[0].split(" of ")[0] for name in odd_inputs.uploads(odd_inputs.FOLDER)})


@pytest.mark.parametrize("kind", KINDS)
def test_uploads(call, form, person, folder, kind):
    for name, (filename, content) in odd_inputs.uploads(str(folder)).items():
        if name.split(" as ")[0].split(" of ")[0] != kind:
            continue
        me = person()
        answer = call("search.upload_document", me, **form(("file", content, filename)))
        odd_inputs.safe(answer, folder, name)
        if answer.status == 201:
            found = call("search.search_documents", me, json_body={"query": "words tenant secret script"})
            odd_inputs.safe(found, folder, name)


def test_searches(call, person, indexed, folder):
    me = person()
    indexed(person(), odd_inputs.FOREIGN)
    indexed(me, "ours about budgets")
    for name, query in odd_inputs.texts(str(folder)).items():
        odd_inputs.safe(call("search.search_documents", me, json_body={"query": query}), folder, name)
