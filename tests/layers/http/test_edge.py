"""The edge: what is too large or too deep never reaches an endpoint, and each answer leaves with its headers."""

import base64
import gzip
import json
from types import SimpleNamespace
from typing import Annotated, Any

import brotli
import pytest
from fastapi import APIRouter, Body, Response

from assistant.http import lambda_handler
from assistant.http.compression import accepted, compress
from assistant.http.edge import SECURITY
from assistant.http.limits import DEEPEST, LARGEST_BODY, LARGEST_UPLOAD, LONGEST_ARRAY
from assistant.platform.observability import current_request

LONG = {"text": "A line that comes again and again. Строка, которая повторяется. " * 60}


def endpoint(method, run):
    router = APIRouter()
    router.add_api_route("/thing", run, methods=[method])
    return lambda_handler(router, limit=None)


async def long_answer() -> dict:
    return LONG


async def echo(body: Annotated[Any, Body()]) -> dict:
    return {"size": len(json.dumps(body)), "request": current_request()}


def ask(handler, method="GET", body=b"", **headers):
    event = {
        "version": "2.0",
        "routeKey": f"{method} /thing",
        "rawPath": "/thing",
        "rawQueryString": "",
        "headers": {"host": "test", "content-type": "application/json", **headers},
        "requestContext": {
            "requestId": "of-the-gateway",
            "http": {"method": method, "path": "/thing", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
    context = SimpleNamespace(
        function_name="f", memory_limit_in_mb=1, invoked_function_arn="arn:aws:lambda:r:1:function:f",
        aws_request_id="r",
    )  # fmt: skip
    answer = handler(event, context)
    content = base64.b64decode(answer["body"]) if answer["isBase64Encoded"] else answer.get("body", "").encode()
    return SimpleNamespace(status=answer["statusCode"], headers=answer["headers"], content=content)


def test_every_answer_has_the_headers_that_a_browser_obeys():
    answer = ask(endpoint("GET", long_answer))
    assert {name: answer.headers[name] for name in SECURITY} == SECURITY
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "private, no-store"


def test_a_refusal_has_them_too():
    answer = ask(endpoint("POST", echo), "POST", b"[" * 100)
    assert answer.status == 422
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_endpoint_may_say_how_long_its_answer_lasts():
    async def lasting(response: Response) -> dict:
        response.headers["Cache-Control"] = "public, max-age=300"
        return {}

    assert ask(endpoint("GET", lasting)).headers["cache-control"] == "public, max-age=300"


@pytest.mark.parametrize(
    ("header", "encoding", "unpack"),
    [("gzip", "gzip", gzip.decompress), ("gzip, br", "br", brotli.decompress), ("*", "br", brotli.decompress)],
)
def test_a_long_answer_is_packed_as_the_client_reads_it(header, encoding, unpack):
    answer = ask(endpoint("GET", long_answer), **{"accept-encoding": header})
    assert answer.headers["content-encoding"] == encoding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert int(answer.headers["content-length"]) == len(answer.content) < 1024
    assert json.loads(unpack(answer.content)) == LONG


@pytest.mark.parametrize("header", ["", "identity", "deflate", "gzip;q=0", "br;q=0, gzip;q=0.0"])
def test_who_does_not_ask_for_it_gets_it_plain(header):
    answer = ask(endpoint("GET", long_answer), **{"accept-encoding": header})
    assert "content-encoding" not in answer.headers
    assert json.loads(answer.content) == LONG


def test_a_short_answer_stays_plain():
    async def short() -> dict:
        return {"text": "short"}

    assert "content-encoding" not in ask(endpoint("GET", short), **{"accept-encoding": "gzip"}).headers


def test_the_client_s_preference_decides():
    assert accepted("br;q=0.5, gzip;q=0.9") == ["gzip", "br"]
    assert accepted("gzip;q=nonsense, br") == ["br"]


def test_what_would_look_like_text_does_not_leave_packed(monkeypatch):
    monkeypatch.setattr(brotli, "compress", lambda body, quality: b"looks like text")
    assert compress(b"x" * 2000, "br") is None


def test_what_has_not_changed_is_not_sent_again():
    handler = endpoint("GET", long_answer)
    tag = ask(handler).headers["etag"]
    packed = ask(handler, **{"accept-encoding": "gzip", "if-none-match": f'"other", {tag}'})
    assert (packed.status, packed.content, packed.headers["etag"]) == (304, b"", tag)
    assert "content-length" not in packed.headers
    assert packed.headers["x-content-type-options"] == "nosniff"
    assert ask(handler, **{"if-none-match": 'W/"other"'}).status == 200


def test_a_write_has_no_etag():
    assert "etag" not in ask(endpoint("POST", echo), "POST", b"{}").headers


def test_a_body_that_is_too_large_is_refused_before_it_is_read():
    answer = ask(endpoint("POST", echo), "POST", b'{"a": "' + b"x" * LARGEST_BODY + b'"}')
    problem = json.loads(answer.content)
    assert (answer.status, problem["code"], problem["limit"]) == (413, "payload_too_large", LARGEST_BODY)
    assert ask(endpoint("POST", echo), "POST", b'{"a": "' + b"x" * (LARGEST_BODY - 9) + b'"}').status == 200


def test_a_form_may_be_as_large_as_an_invocation():
    form = {"content-type": "multipart/form-data; boundary=b"}
    assert ask(endpoint("POST", long_answer), "POST", b"x" * (LARGEST_UPLOAD + 1), **form).status == 413
    assert ask(endpoint("POST", long_answer), "POST", b"x" * (LARGEST_BODY + 1), **form).status == 200


@pytest.mark.parametrize("depth", [DEEPEST + 1, 1000, 300_000])
@pytest.mark.parametrize("pair", [(b"[", b"]"), (b'{"a":', b"}")])
def test_a_body_that_is_too_deep_is_refused(depth, pair):
    body = pair[0] * depth + b"1" + pair[1] * depth
    answer = ask(endpoint("POST", echo), "POST", body)
    assert (answer.status, json.loads(answer.content)["limit"]) == (422, DEEPEST)


def test_a_body_within_the_depth_passes():
    body = b'{"a":' * DEEPEST + b"1" + b"}" * DEEPEST
    assert ask(endpoint("POST", echo), "POST", body).status == 200
    assert ask(endpoint("POST", echo), "POST", json.dumps([{"a": [1]}] * 500).encode()).status == 200


def test_an_array_that_is_too_long_is_refused_wherever_it_stands():
    too_long = json.dumps({"a": {"b": [0] * (LONGEST_ARRAY + 1)}}).encode()
    assert ask(endpoint("POST", echo), "POST", too_long).status == 422
    assert ask(endpoint("POST", echo), "POST", json.dumps([0] * LONGEST_ARRAY).encode()).status == 200


def test_text_full_of_brackets_and_commas_is_ordinary():
    body = json.dumps({"code": "[[{{,,,]]" * 20_000}).encode()
    assert ask(endpoint("POST", echo), "POST", body).status == 200


def test_the_client_s_request_id_is_kept_told_and_used():
    answer = ask(endpoint("POST", echo), "POST", b"{}", **{"x-request-id": "console-42.a:b"})
    assert answer.headers["x-request-id"] == "console-42.a:b"
    assert json.loads(answer.content)["request"] == "console-42.a:b"


@pytest.mark.parametrize("given", ["short", "x" * 129, "with space in", "new\nline-here", "привет-привет"])
def test_an_id_that_is_unfit_for_a_log_is_replaced(given):
    answer = ask(endpoint("POST", echo), "POST", b"not json", **{"x-request-id": given})
    assert answer.headers["x-request-id"] == "of-the-gateway"
    assert json.loads(answer.content)["request_id"] == "of-the-gateway"
