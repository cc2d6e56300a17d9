"""The examples are requests that work."""

import pytest

FUNCTION = "documentation.list_documentation_examples"
AT = {
    "/api/v1/documentation/generate": ("documentation.order_documentation", 202),
    "/api/v1/documentation/analyze": ("documentation.analyze_code", 200),
    "/api/v1/documentation/quick-generate": ("documentation.order_quick_documentation", 202),
}


def test_an_anonymous_caller_is_refused(call):
    assert call(FUNCTION).status == 401


@pytest.mark.parametrize("number", range(4))
def test_each_example_works_as_it_is(call, person, sent, bucket, number):
    examples = call(FUNCTION, person()).body["examples"]
    assert len(examples) == 4
    function, status = AT[examples[number]["path"]]
    answer = call(function, person(), json_body=examples[number]["body"])
    assert answer.status == status, answer.body
