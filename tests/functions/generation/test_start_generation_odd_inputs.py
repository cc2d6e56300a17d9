"""Odd requests for a document, with a source that gives orders: a clear error or a safe result."""

import pytest

from tests.functions import odd_inputs
from tests.functions.generation.conftest import prompts


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "secret.txt").write_text(odd_inputs.HERE)
    return tmp_path


def test_requests(call, person, upload, server, folder):
    upload(person(), odd_inputs.FOREIGN)
    sources = odd_inputs.storable(str(folder))
    for name, text in odd_inputs.texts(str(folder)).items():
        me = person()
        if name in sources:
            upload(me, f"# Budgets\n\n{text}")
        body = {"task_type": "new_feature", "initial_request": text, "context": text}
        odd_inputs.safe(call("generation.start_generation", me, json_body=body), folder, name)
    assert len(server.records) > 20
    assert not any(odd_inputs.FOREIGN in prompt or odd_inputs.HERE in prompt for prompt in prompts(server))
    assert not any("tools" in record.body for record in server.records)
