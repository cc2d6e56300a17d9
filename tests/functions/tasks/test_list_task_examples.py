"""GET /api/v1/async-tasks/examples: each example is one that submit takes."""

from assistant.task_catalogue import ADMIN_TYPES, TASK_TYPES


def test_an_anonymous_caller_is_refused(call):
    assert call("tasks.list_task_examples").status == 401


def test_each_type_has_an_example_that_can_be_submitted(call, person, sent):
    admin = person(role="admin")
    examples = call("tasks.list_task_examples", admin).body["examples"]
    assert {example["task_func"] for example in examples} == set(TASK_TYPES)
    for example in examples:
        assert example["arguments_schema"]["type"] == "object"
        body = {name: example[name] for name in ("task_func", "task_args", "priority")}
        answer = call("tasks.submit_task", admin, json_body=body)
        assert answer.status == 202, (body, answer.body)


def test_what_only_administrators_start_only_they_are_shown(call, person):
    examples = call("tasks.list_task_examples", person()).body["examples"]
    assert {example["task_func"] for example in examples} == set(TASK_TYPES) - ADMIN_TYPES
