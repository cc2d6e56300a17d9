"""Capabilities are what works, told by the code that does it."""

import base64

FUNCTION = "documentation.get_documentation_capabilities"


def test_an_anonymous_caller_is_refused(call):
    assert call(FUNCTION).status == 401


def test_every_language_that_is_claimed_is_parsed(call, person):
    said = call(FUNCTION, person()).body
    names = {language["name"] for language in said["languages"]}
    wanted = {"python", "typescript", "javascript", "java", "go", "c", "cpp", "csharp", "rust", "ruby", "php", "kotlin"}
    assert names >= wanted | {"sql"}
    for language in said["languages"]:
        body = {
            "type": "file", "filename": f"a{language['suffixes'][0]}", "content": base64.b64encode(b"x").decode()
        }  # fmt: skip
        answer = call("documentation.analyze_code", person(), json_body={"code_input": body, "depth": "quick"})
        assert answer.body["languages"] == {language["name"]: 1}


def test_every_kind_and_format_that_is_claimed_can_be_ordered(call, person, sent, bucket):
    said = call(FUNCTION, person()).body
    someone = person()
    for kind in said["documentation_types"]:
        for output_format in said["output_formats"]:
            code = {"type": "string", "code": "x = 1", "language": "python"}
            body = {"code_input": code, "documentation_type": kind["name"], "output_format": output_format}
            assert call("documentation.order_documentation", someone, json_body=body).status == 202
    assert len(sent) == 8 * 3
