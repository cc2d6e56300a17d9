"""What the task `llm_enhance_document` takes."""

import pytest

from assistant.identity.caller import Caller
from assistant.platform import objects
from assistant.search.documents import store_document
from assistant.search.uploads import Upload


@pytest.mark.parametrize(
    "args",
    [
        {},
        {"text": "  "},
        {"text": "words", "document_id": "0190c6f0-0000-7000-8000-000000000000"},
        {"text": "words", "enhancement_type": "better"},
        {"text": "words", "enhancement_type": "translation"},
        {"text": "words", "target_language": "Russian"},
        {"text": "w" * 40_001},
    ],
)
def test_arguments_are_checked(call, person, args):
    body = {"task_func": "llm_enhance_document", "task_args": args}
    assert call("tasks.submit_task", person(), json_body=body).status == 422


def test_a_document_of_another_organization_cannot_be_named(db, call, person, sent, monkeypatch):
    monkeypatch.setattr(objects, "put", lambda *_: None)
    other = person()
    caller = Caller(other.user_id, other.organization_id, other.role, frozenset(), "", other.email)
    with db.transaction() as work:
        document = store_document(work, caller, Upload(b"Some words of a text.", "ledger.md", "text/markdown"))
    body = {"task_func": "llm_enhance_document", "task_args": {"document_id": document.document_id}}
    assert call("tasks.submit_task", person(), json_body=body).status == 404
