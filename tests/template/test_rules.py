"""The template keeps the house rules, and each rule sees a violation that is planted for it."""

from collections.abc import Callable

import pytest

from tests.template import rules_functions, rules_queues, rules_references, rules_security
from tests.template.document import Document

Rule = Callable[[Document], list[str]]
RULES: list[Rule] = [
    *rules_functions.RULES,
    *rules_queues.RULES,
    *rules_references.RULES,
    *rules_security.RULES,
]


@pytest.fixture(scope="module")
def document() -> Document:
    return Document.read()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_template_keeps(rule, document):
    assert rule(document) == []


def plant(rule: Rule, old: str, new: str, finding: str):
    return pytest.param(rule, old, new, finding, id=f"{rule.__name__}-{finding}")


F, Q, R, S = rules_functions, rules_queues, rules_references, rules_security
MANY_QUEUES = "\n".join(f"  Q{n}: {{Type: AWS::SQS::Queue}}" for n in range(480))
STRAY_FUNCTION = "{Type: AWS::Serverless::Function, Properties: {CodeUri: functions/identity/, Handler: a.b}}"
OTHER_QUEUE = "{Type: AWS::SQS::Queue, Properties: {SqsManagedSseEnabled: true}}"
FIFO_DEAD = "NotificationDeliveryDeadLetterQueue:\n    Type: AWS::SQS::Queue\n    Properties:\n      "
OPEN_ME = "Path: /api/v1/auth/me\n            Auth: {Authorizer: NONE}"
ANYWHERE = "{IpProtocol: tcp, CidrIp: 0.0.0.0/0}"
GROUP = "Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, "
INGRESS = "{Type: AWS::EC2::SecurityGroupIngress, Properties: {IpProtocol: tcp, CidrIp: 10.0.0.0/8}}"
ALLOW_ALL = "{Effect: Allow, Action: sqs:SendMessage, Resource: '*'}"
STAR_ACTION = "Action: [logs:*, logs:PutLogEvents]"
KEY_REASON = "# reason: in a key's policy this means this key"


@pytest.mark.parametrize(
    ("rule", "old", "new", "finding"),
    [
        plant(F.resources_fit, "\nOutputs:\n", f"\n{MANY_QUEUES}\n\nOutputs:\n", "resources after the transform"),
        plant(F.sections_follow_the_folders, "\nOutputs:\n", f"\n  X: {STRAY_FUNCTION}\n\nOutputs:\n", "order"),
        plant(
            F.functions_share_what_an_area_shares,
            "LogGroup: !Ref BudgetLogGroup",
            "LogGroup: !Ref TasksLogGroup",
            "logs",
        ),
        plant(F.functions_share_what_an_area_shares, "LogFormat: JSON", "LogFormat: Text", "logs to"),
        plant(F.functions_share_what_an_area_shares, "      Role: !GetAtt BudgetRole.Arn\n", "", "no role"),
        plant(
            F.functions_share_what_an_area_shares, "      Role: !GetAtt BudgetRole.Arn\n", "      Layers: []\n", "layer"
        ),
        plant(
            F.functions_are_in_the_vpc, "      VpcConfig: ", "      Description: ", "RegisterFunction should be inside"
        ),
        plant(
            F.functions_are_in_the_vpc,
            "      Role: !GetAtt DeliveryRole.Arn\n",
            "      Role: !GetAtt DeliveryRole.Arn\n      VpcConfig: {}\n",
            "DeliverNotificationsFunction should be outside",
        ),
        plant(F.http_functions_end_before_the_gateway, "Timeout: 29 ", "Timeout: 31 ", "POST /api/v1/generate"),
        plant(F.routes_deny_by_default, "Path: /api/v1/auth/me", OPEN_ME, "GET /api/v1/auth/me is open"),
        plant(F.routes_deny_by_default, "            Auth: {Authorizer: NONE}\n", "", "register is closed"),
        plant(F.authorizer_is_ours, "EnableSimpleResponses: true", "EnableSimpleResponses: false", "EnableSimple"),
        plant(F.authorizer_is_ours, "ReauthorizeEvery: 60", "ReauthorizeEvery: 3600", "Identity"),
        plant(F.authorizer_is_ours, "StageName: $default", "StageName: v1", "named stage"),
        plant(F.sockets_are_authorized, "Auth:\n        AuthType", "StageVariables:\n        AuthType", "$connect is"),
        plant(F.sockets_are_authorized, "        $disconnect: ", "        goodbye: ", "socket routes are"),
        plant(F.cors_names_origins, "AllowOrigins: !Ref CorsOrigins", "AllowOrigins: ['*']", "origins are"),
        plant(F.cors_names_origins, "Default: http://127.0.0.1:5173", "Default: '*'", "by default"),
        plant(
            Q.queues_have_a_dead_letter_queue,
            "\nOutputs:\n",
            f"\n  OtherQueue: {OTHER_QUEUE}\n\nOutputs:\n",
            "OtherQueue has",
        ),
        plant(
            Q.repeaters_have_every_queue_of_tickets,
            "LLM_GENERATE_RFC_QUEUE_URL: !Ref LlmGenerateRfcQueue\n"
            "          DOCUMENTS_BUCKET: !Ref DocumentsBucket  # res",
            "DOCUMENTS_BUCKET: !Ref DocumentsBucket  # res",
            "SweepTasksFunction does not know LlmGenerateRfcQueue",
        ),
        plant(
            Q.functions_may_use_the_queues_they_know,
            "- !GetAtt TrainRankingQueue.Arn",
            "- !GetAtt DataKey.Arn",
            "RetryTaskFunction may not send to TrainRankingQueue",
        ),
        plant(Q.queues_have_a_dead_letter_queue, FIFO_DEAD + "FifoQueue: true\n      ", FIFO_DEAD, "not of one kind"),
        plant(Q.queues_have_a_dead_letter_queue, "1209600", "345600", "forgets before"),
        plant(Q.queues_are_encrypted, "      SqsManagedSseEnabled: true\n", "", "is not encrypted"),
        plant(Q.queues_hide_a_message_long_enough, "VisibilityTimeout: 5400", "VisibilityTimeout: 5399", "wants 5400"),
        plant(Q.queues_hide_a_message_long_enough, "      Timeout: 900\n", "      Timeout: 901\n", "wants 5406"),
        plant(
            Q.consumers_report_failures, "            FunctionResponseTypes: [ReportBatchItemFailures]\n", "", "report"
        ),
        plant(Q.consumers_report_failures, "ScalingConfig: {MaximumConcurrency: 20}", "Enabled: true", "concurrency"),
        plant(
            Q.queues_have_one_consumer,
            "\nOutputs:\n",
            f"\n  OtherQueue: {OTHER_QUEUE}\n\nOutputs:\n",
            "OtherQueue has 0",
        ),
        plant(
            R.references_resolve, "QUEUE_URL: !Ref LlmGenerateRfcQueue", "QUEUE_URL: !Ref RfcQueue", "names RfcQueue"
        ),
        plant(R.references_resolve, "!GetAtt DatabaseProxy.Endpoint", "!GetAtt DatabaseProxy.Address", "Proxy.Address"),
        plant(R.references_resolve, '!If [NotLocal, !Ref CacheUser, ""]', "!Ref CacheUser", "NotLocal need not hold"),
        plant(R.references_resolve, "${WebSocketApi}.execute-api", "${SocketApi}.execute-api", "names SocketApi"),
        plant(
            R.references_resolve, "    Condition: NotLocal\n    Value: ", "    Value: ", "output DatabaseProxyEndpoint"
        ),
        plant(R.conditions_imply_as_assumed, "WithNat: !And [!Condition NotLocal, ", "WithNat: !And [", "WithNat"),
        plant(S.wildcards_have_a_reason, KEY_REASON, "", "Resource *"),
        plant(S.wildcards_have_a_reason, "# reason: an inference", "# an inference", "bedrock:*::foundation-model"),
        plant(S.wildcards_have_a_reason, "Action: [logs:CreateLogStream, logs:PutLogEvents]", STAR_ACTION, "logs:*"),
        plant(
            S.wildcards_have_a_reason,
            "              - Effect: Allow\n",
            f"              - {ALLOW_ALL}\n              - Effect: Allow\n",
            "Resource *",
        ),
        plant(S.wildcards_have_a_reason, "Action: sqs:SendMessage\n", "NotAction: sqs:SendMessage\n", "NotAction"),
        plant(S.log_groups_forget, "      RetentionInDays: !Ref LogRetentionDays\n", "", "for ever"),
        plant(S.secrets_rotate, "# rotates: no - the", "# the", "LlmApiKeySecret"),
        plant(
            S.secrets_rotate, "SecretId: !Ref SigningKeySecret", "SecretId: !Ref LlmApiKeySecret", "SigningKeySecret"
        ),
        plant(S.buckets_are_closed, "IgnorePublicAcls: true", "IgnorePublicAcls: false", "made public"),
        plant(
            S.buckets_are_closed,
            '{Bool: {aws:SecureTransport: "false"}}',
            '{Bool: {aws:SecureTransport: "true"}}',
            "without TLS",
        ),
        plant(
            S.buckets_are_closed,
            "VersioningConfiguration: {Status: Enabled}",
            "VersioningConfiguration: {Status: Suspended}",
            "forgets",
        ),
        plant(S.buckets_are_closed, "      BucketEncryption:\n", "      Encryption:\n", "not encrypted"),
        plant(S.data_survives, "DeletionPolicy: Snapshot", "DeletionPolicy: Delete", "Database has no DeletionPolicy"),
        plant(S.data_survives, "    UpdateReplacePolicy: Retain\n", "", "DataKey has no UpdateReplacePolicy"),
        plant(S.database_is_closed, "RequireTLS: true", "RequireTLS: false", "the proxy refuses"),
        plant(S.database_is_closed, 'rds.force_ssl: "1"', 'rds.force_ssl: "0"', "the database refuses"),
        plant(S.database_is_closed, "StorageEncrypted: true", "StorageEncrypted: false", "storage is encrypted"),
        plant(S.database_is_closed, "PubliclyAccessible: false", "PubliclyAccessible: true", "public address"),
        plant(S.database_is_closed, "DefaultAuthScheme: IAM_AUTH", "DefaultAuthScheme: NONE", "no password"),
        plant(
            S.database_is_closed, "ManageMasterUserPassword: true", "ManageMasterUserPassword: false", "master password"
        ),
        plant(
            S.database_is_closed,
            "EnableIAMDatabaseAuthentication: true",
            "EnableIAMDatabaseAuthentication: false",
            "IAM",
        ),
        plant(
            S.database_is_closed,
            "DeletionProtection: !If [Production, true, false]",
            "DeletionProtection: false",
            "prod",
        ),
        plant(
            S.security_groups_name_their_peers, "          - WithNat\n", "          - NotLocal\n", "reaches 0.0.0.0/0"
        ),
        plant(
            S.security_groups_name_their_peers,
            "\nOutputs:\n",
            f"\n  X: {{{GROUP}SecurityGroupIngress: [{ANYWHERE}]}}}}\n\nOutputs:\n",
            "X is reached from",
        ),
        plant(
            S.security_groups_name_their_peers,
            "\nOutputs:\n",
            f"\n  X: {{{GROUP}VpcId: y}}}}\n\nOutputs:\n",
            "X reaches everything",
        ),
        plant(
            S.security_groups_name_their_peers, "\nOutputs:\n", f"\n  X: {INGRESS}\n\nOutputs:\n", "X names 10.0.0.0/8"
        ),
    ],
)
def test_a_planted_violation_is_seen(rule, old, new, finding, document):
    planted = document.planted(old, new, with_routes=rule is F.routes_deny_by_default)
    assert any(finding in line for line in rule(planted))


def test_every_rule_has_a_planted_violation():
    [mark] = test_a_planted_violation_is_seen.pytestmark
    planted = {case.values[0] for case in mark.args[1]}
    assert planted == set(RULES)
