"""GET /api/v1/generate/examples."""

import pytest

EXAMPLES = "generation.list_generation_examples"


def test_anonymous(call):
    assert call(EXAMPLES).status == 401


@pytest.mark.parametrize("index", [0, 1, 2])
def test_each_example_can_be_sent_as_it_is_and_asks_what_it_says(call, person, index):
    me = person()
    examples = call(EXAMPLES, me).body["examples"]
    assert [example["task_type"] for example in examples] == ["new_feature", "modify_existing", "analyze_current"]
    example = examples[index]
    begun = call("generation.start_generation", me, json_body=example["request"])
    assert begun.status == 201, begun.body
    assert begun.body["questions"] == example["first_questions"]
    assert len(example["tips"]) >= 3
