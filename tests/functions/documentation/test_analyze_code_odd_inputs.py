"""Odd code: a clear error or a safe result, and none of it is run."""

import pytest

from tests.functions import odd_inputs


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "secret.txt").write_text(odd_inputs.HERE)
    return tmp_path


def test_codes(call, person, folder):
    for name, (language, code) in odd_inputs.codes(str(folder)).items():
        body = {"code_input": {"type": "string", "code": code, "language": language}, "depth": "deep"}
        odd_inputs.safe(call("documentation.analyze_code", person(), json_body=body), folder, name)
