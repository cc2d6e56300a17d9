"""Quick documentation: code in the body, few calls, the same task."""

FUNCTION = "documentation.order_quick_documentation"


def test_an_anonymous_caller_is_refused(call, code):
    assert call(FUNCTION, json_body={"code": code, "language": "python"}).status == 401


def test_it_becomes_a_brief_task(call, person, db, sent, bucket, code):
    someone = person()
    answer = call(FUNCTION, someone, json_body={"code": code, "language": "python"})
    assert answer.status == 202, answer.body
    with db.reading() as work:
        [row] = work.run("SELECT args FROM tasks WHERE user_id = CAST(:id AS uuid)", id=someone.user_id)
    assert (row["args"]["detail_level"], row["args"]["calls"]) == ("brief", 2)
    assert len(sent) == 1


def test_the_language_must_be_told(call, person, sent, bucket):
    answer = call(FUNCTION, person(), json_body={"code": "x = 1"})
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/code_input/language")


def test_a_budget_without_room_refuses_it(call, person, sent, bucket, code):
    assert call(FUNCTION, person(budget=1), json_body={"code": code, "language": "python"}).status == 402


def test_a_key_is_for_one_order(call, person, sent, bucket, code):
    someone, key = person(), {"idempotency-key": "q1"}
    first = call(FUNCTION, someone, json_body={"code": code, "language": "python"}, headers=key)
    again = call(FUNCTION, someone, json_body={"code": code, "language": "python"}, headers=key)
    other = call(FUNCTION, someone, json_body={"code": f"{code}\n", "language": "python"}, headers=key)
    assert [answer.status for answer in (first, again, other)] == [202, 202, 409]
    assert again.body["task_id"] == first.body["task_id"]
