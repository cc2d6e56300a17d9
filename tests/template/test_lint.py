"""cfn-lint finds nothing in the template, and is switched on for more than syntax."""

from cfnlint.api import ManualArgs, lint

from tests.template.document import Document

PLANTED = """
AWSTemplateFormatVersion: "2010-09-09"
Conditions: {WithNat: !Equals [!Ref AWS::Region, eu-central-1]}
Resources:
  DatabaseProxy:
    Type: AWS::RDS::DBProxy
    Properties:
      DBProxyName: proxy
      EngineFamily: POSTGRESQL
      RoleArn: arn:aws:iam::123456789012:role/proxy
      DefaultAuthScheme: IAM
      VpcSubnetIds: [subnet-1, subnet-2]
  Address:
    Type: AWS::EC2::EIP
    Condition: WithNatt
Outputs:
  DatabaseProxyEndpoint: {Value: !GetAtt DatabaseProxy.Address}
"""


def findings(document: Document) -> list[str]:
    return [
        f"{match.rule.id} {match.message}" for match in lint(document.text, config=ManualArgs(regions=["eu-central-1"]))
    ]


def test_the_template_is_clean():
    assert findings(Document.read()) == []


def test_planted_mistakes_are_found():
    found = findings(Document(PLANTED))
    for rule, words in (("E3030", "'IAM'"), ("E6101", "'Address'"), ("E3015", "'WithNatt'")):
        assert any(line.startswith(rule) and words in line for line in found), rule
