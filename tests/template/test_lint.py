"""cfn-lint finds nothing in the template, and is switched on for more than syntax."""

from cfnlint.api import ManualArgs, lint

from tests.template.document import Document


def findings(document: Document) -> list[str]:
    return [
        f"{match.rule.id} {match.message}" for match in lint(document.text, config=ManualArgs(regions=["eu-central-1"]))
    ]


def test_the_template_is_clean():
    assert findings(Document.read()) == []


def test_planted_mistakes_are_found():
    document = (
        Document.read()
        .planted("DefaultAuthScheme: IAM_AUTH", "DefaultAuthScheme: IAM")
        .planted("Value: !GetAtt DatabaseProxy.Endpoint", "Value: !GetAtt DatabaseProxy.Address")
        .planted("Condition: WithNat", "Condition: WithNatt")
    )
    found = findings(document)
    for rule, words in (("E3030", "'IAM'"), ("E6101", "'Address'"), ("E3015", "'WithNatt'")):
        assert any(line.startswith(rule) and words in line for line in found), rule
