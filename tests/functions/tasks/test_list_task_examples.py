"""GET /api/v1/async-tasks/examples: each example is one that submit takes."""

from assistant.task_catalogue import TASK_TYPES


def test_an_anonymous_caller_is_refused(call):
    assert call("tasks.list_task_examples").status == 401


def test_each_type_has_an_example_that_can_be_submitted(call, person, sent):
    someone = person()
    examples = call("tasks.list_task_examples", someone).body["examples"]
    assert {example["task_func"] for example in examples} == set(TASK_TYPES)
    for example in examples:
        assert example["arguments_schema"]["type"] == "object"
        body = {name: example[name] for name in ("task_func", "task_args", "priority")}
        answer = call("tasks.submit_task", someone, json_body=body)
        # An example may name what only its reader has, such as a document: then that is what is missing.
        assert answer.status in (202, 404), answer.body
