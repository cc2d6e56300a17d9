"""The expansion: what of a SAM template the emulator gets to see."""

from pathlib import Path

import pytest

from local.errors import CloudError
from local.template import Expansion, expand

MINIATURE = Path(__file__).parent / "miniature" / "template.yaml"


@pytest.fixture(scope="module")
def expansion() -> Expansion:
    return expand(MINIATURE, "http://host/invoke")


def of_type(expansion: Expansion, kind: str) -> dict[str, dict]:
    return {name: item for name, item in expansion.template["Resources"].items() if item["Type"] == kind}


def test_routes_are_resources_and_the_authorizer_guards_all_but_the_open_one(expansion):
    routes = [item["Properties"] for item in of_type(expansion, "AWS::ApiGatewayV2::Route").values()]
    http = {
        route["RouteKey"]: route.get("AuthorizationType") for route in routes if route["ApiId"] == {"Ref": "HttpApi"}
    }
    assert http.pop("GET /closed/{id}") == "CUSTOM"
    assert http == {"ANY /open": None, "GET /health": None, "GET /.well-known/jwks.json": None, "POST /login": None}
    assert "Body" not in expansion.template["Resources"]["HttpApi"]["Properties"]


def test_every_function_is_sent_to_the_host_under_its_own_name(expansion):
    functions = of_type(expansion, "AWS::Lambda::Function")
    assert set(functions) == set(expansion.functions)
    for name, item in functions.items():
        variables = item["Properties"]["Environment"]["Variables"]
        assert variables["MINISTACK_LAMBDA_PROXY_URL"] == f"http://host/invoke/{name}"
        assert item["Properties"]["Runtime"] == "provided.al2023"


def test_the_host_keeps_what_the_emulator_must_not_judge(expansion):
    limited = expansion.functions["LimitedFunction"]
    assert (limited.reserved_concurrency, limited.handler, limited.code) == (1, "misbehave.handler", "functions/small/")
    assert expansion.functions["MisbehaveFunction"].timeout == 1
    assert expansion.template["Resources"]["MisbehaveFunction"]["Properties"]["Timeout"] > 1


def test_permissions_take_no_room(expansion):
    assert of_type(expansion, "AWS::Lambda::Permission") == {}


def test_the_stage_is_local(expansion):
    variables = expansion.template["Resources"]["EchoFunction"]["Properties"]["Environment"]["Variables"]
    assert variables["STAGE"] in ("local", {"Ref": "Stage"})


def test_buckets_are_names_and_custom_resources_are_gone(expansion):
    assert expansion.buckets == {"DocumentsBucket": "assistant-local-documentsbucket"}
    assert not of_type(expansion, "AWS::S3::Bucket")
    assert not of_type(expansion, "Custom::Migration")
    policy = expansion.template["Resources"]["DocumentsBucketPolicy"]["Properties"]
    assert policy["Bucket"] == "assistant-local-documentsbucket"
    assert policy["PolicyDocument"]["Statement"][0]["Resource"] == "arn:aws:s3:::assistant-local-documentsbucket"


def test_a_websocket_authorizer_without_identity_source_asks_for_none(expansion):
    authorizers = of_type(expansion, "AWS::ApiGatewayV2::Authorizer").values()
    sources = [item["Properties"]["IdentitySource"] for item in authorizers]
    assert sorted(sources) == [[], ["$request.header.Authorization"]]


def test_a_template_that_is_none_is_told_in_one_line(tmp_path):
    broken = tmp_path / "template.yaml"
    broken.write_text("Resources: {F: {Type: AWS::Serverless::Function, Properties: {Handler: a.b}}}")
    with pytest.raises(CloudError, match=r"not a valid SAM template: [^\n]+$"):
        expand(broken, "http://host/invoke")


def test_a_missing_template_is_told_in_one_line(tmp_path):
    with pytest.raises(CloudError, match="cannot be read"):
        expand(tmp_path / "template.yaml", "http://host/invoke")
