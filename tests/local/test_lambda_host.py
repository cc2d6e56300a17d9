"""The Lambda host: what a function sees, and what happens to one that misbehaves."""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.config import Config

from local.cloud import LocalCloud


@pytest.fixture(scope="module")
def lambda_client(cloud: LocalCloud) -> Any:
    return boto3.client(
        "lambda",
        endpoint_url=cloud.addresses.lambda_endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(retries={"max_attempts": 0}),
    )


def invoke(client: Any, function: str, event: object) -> tuple[str | None, Any]:
    answer = client.invoke(FunctionName=function, Payload=json.dumps(event))
    return answer.get("FunctionError"), json.loads(answer["Payload"].read())


class TestWhatAFunctionSees:
    def test_the_context_is_the_deployed_functions(self, cloud, lambda_client):
        error, seen = invoke(lambda_client, "EchoFunction", {"a": 1})
        context = seen["context"]
        name = cloud.addresses.resources["EchoFunction"]
        assert error is None
        assert seen["event"] == {"a": 1}
        assert seen["answer"] == 42  # from the layer
        assert context["function_name"] == name
        assert context["arn"] == f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
        assert (context["memory"], context["version"]) == ("256", "$LATEST")
        assert context["log_group"] == f"/aws/lambda/{name}"
        assert 3000 < context["remaining"] <= 5000

    def test_the_environment_is_the_templates_and_the_local_one_and_nothing_inherited(self, lambda_client):
        os.environ["OF_THE_USER"] = "private"
        seen = invoke(lambda_client, "EchoFunction", {})[1]["environment"]
        assert seen["STAGE"] == "local"
        assert seen["BUCKET"] == "assistant-local-documentsbucket"
        assert seen["BUCKET_ARN"] == "arn:aws:s3:::assistant-local-documentsbucket/*"
        assert seen["DATABASE_USER"] == "assistant"
        assert "OF_THE_USER" not in seen
        assert "MINISTACK_LAMBDA_PROXY_URL" not in seen

    def test_a_function_answers_to_its_deployed_name_and_arn(self, cloud, lambda_client):
        name = cloud.addresses.resources["EchoFunction"]
        assert invoke(lambda_client, name, {"count": True})[0] is None
        assert (
            invoke(lambda_client, f"arn:aws:lambda:us-east-1:000000000000:function:{name}", {"count": True})[0] is None
        )

    def test_module_state_survives_between_invocations(self, lambda_client):
        first = invoke(lambda_client, "EchoFunction", {"count": True})[1]
        second = invoke(lambda_client, "EchoFunction", {"count": True})[1]
        assert second == {"pid": first["pid"], "calls": first["calls"] + 1}


class TestFailures:
    def test_an_unknown_function_is_not_found(self, lambda_client):
        with pytest.raises(lambda_client.exceptions.ResourceNotFoundException):
            invoke(lambda_client, "NoSuchFunction", {})

    def test_an_exception_is_told_with_type_and_stack_and_keeps_the_process(self, lambda_client):
        before = invoke(lambda_client, "MisbehaveFunction", {"do": "nothing"})[1]["pid"]
        error, body = invoke(lambda_client, "MisbehaveFunction", {"do": "raise"})
        assert error == "Unhandled"
        assert (body["errorType"], body["errorMessage"]) == ("ValueError", "as asked")
        assert body["stackTrace"]
        assert invoke(lambda_client, "MisbehaveFunction", {"do": "nothing"})[1]["pid"] == before

    def test_a_timeout_kills_the_process_and_the_next_call_gets_a_new_one(self, lambda_client):
        before = invoke(lambda_client, "MisbehaveFunction", {"do": "nothing"})[1]["pid"]
        began = time.monotonic()
        error, body = invoke(lambda_client, "MisbehaveFunction", {"do": "sleep", "seconds": 9})
        assert 0.9 < time.monotonic() - began < 2.5
        assert error == "Unhandled"
        assert body["errorType"] == "Sandbox.Timedout"
        assert body["errorMessage"].endswith("Task timed out after 1.00 seconds")
        with pytest.raises(ProcessLookupError):
            os.kill(before, 0)
        assert invoke(lambda_client, "MisbehaveFunction", {"do": "nothing"})[1]["pid"] != before

    def test_a_process_that_ends_is_told_as_an_exit(self, lambda_client):
        error, body = invoke(lambda_client, "MisbehaveFunction", {"do": "exit"})
        assert error == "Unhandled"
        assert body["errorType"] == "Runtime.ExitError"
        assert "exit status 3" in body["errorMessage"]

    def test_a_function_that_cannot_be_imported_tells_why(self, lambda_client):
        error, body = invoke(lambda_client, "BrokenFunction", {})
        assert error == "Unhandled"
        assert "no such luck" in json.dumps(body)

    def test_killing_the_sandboxes_mid_invocation_is_told_as_a_crash(self, cloud, lambda_client):
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(invoke, lambda_client, "LimitedFunction", {"do": "sleep", "seconds": 4})
            deadline = time.monotonic() + 5
            while cloud.kill_sandboxes("LimitedFunction") == 0 and time.monotonic() < deadline:
                time.sleep(0.05)
            error, body = running.result(5)
        assert error == "Unhandled"
        assert body["errorType"] == "Runtime.ExitError"


class TestLimits:
    def test_an_event_over_six_megabytes_is_refused(self, lambda_client):
        with pytest.raises(lambda_client.exceptions.RequestTooLargeException):
            invoke(lambda_client, "EchoFunction", "x" * (6 * 1024 * 1024))

    def test_an_answer_over_six_megabytes_is_an_error_and_one_below_is_not(self, lambda_client):
        assert invoke(lambda_client, "MisbehaveFunction", {"do": "answer", "bytes": 5_000_000})[0] is None
        error, body = invoke(lambda_client, "MisbehaveFunction", {"do": "answer", "bytes": 6_300_000})
        assert error == "Unhandled"
        assert body["errorType"] == "Function.ResponseSizeTooLarge"

    def test_a_sandbox_serves_one_request_at_a_time(self, lambda_client):
        with ThreadPoolExecutor(3) as pool:
            event = {"do": "sleep", "seconds": 0.4}
            answers = list(pool.map(lambda _: invoke(lambda_client, "MisbehaveFunction", event), range(3)))
        assert len({body["pid"] for _, body in answers}) == 3

    def test_reserved_concurrency_throttles(self, lambda_client):
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(invoke, lambda_client, "LimitedFunction", {"do": "sleep", "seconds": 1})
            time.sleep(0.3)  # the first has to be inside, and nothing tells when
            with pytest.raises(lambda_client.exceptions.TooManyRequestsException):
                invoke(lambda_client, "LimitedFunction", {"do": "nothing"})
            assert first.result(5)[0] is None

    def test_what_is_no_json_is_refused(self, lambda_client):
        with pytest.raises(lambda_client.exceptions.InvalidRequestContentException):
            lambda_client.invoke(FunctionName="EchoFunction", Payload=b"{not json")


def test_an_event_invocation_returns_at_once_and_runs_later(cloud, lambda_client):
    before = cloud.stats().get("TickFunction", {"invocations": 0})["invocations"]
    answer = lambda_client.invoke(FunctionName="TickFunction", InvocationType="Event", Payload=b"{}")
    assert answer["StatusCode"] == 202
    deadline = time.monotonic() + 5
    while (
        cloud.stats().get("TickFunction", {"invocations": 0})["invocations"] == before and time.monotonic() < deadline
    ):
        time.sleep(0.05)
    assert cloud.stats()["TickFunction"]["invocations"] > before


def test_output_goes_to_a_file_of_the_function(cloud, lambda_client):
    invoke(lambda_client, "MisbehaveFunction", {"do": "print", "text": "to be found again"})
    log = cloud.root.__class__(cloud.addresses.state) / "logs" / "MisbehaveFunction.log"
    deadline = time.monotonic() + 5
    while "to be found again" not in log.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "to be found again" in log.read_text()
