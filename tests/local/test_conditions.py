"""The template's conditions, decided before it is sent."""

from local.conditions import decided

TEMPLATE = {
    "Parameters": {"Stage": {"Default": "prod"}, "Mail": {"Default": ""}},
    "Conditions": {
        "NotLocal": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "local"]}]},
        "WithMail": {"Fn::And": [{"Condition": "NotLocal"}, {"Fn::Not": [{"Fn::Equals": [{"Ref": "Mail"}, ""]}]}]},
    },
    "Resources": {
        "Network": {"Type": "T", "Condition": "NotLocal"},
        "Mailer": {"Type": "T", "Condition": "WithMail"},
        "Queue": {
            "Type": "T",
            "DependsOn": ["Network"],
            "Properties": {
                "Host": {"Fn::If": ["NotLocal", {"Ref": "Network"}, "127.0.0.1"]},
                "Group": {"Fn::If": ["NotLocal", {"Ref": "Network"}, {"Ref": "AWS::NoValue"}]},
                "List": ["a", {"Fn::If": ["WithMail", "b", {"Ref": "AWS::NoValue"}]}],
            },
        },
    },
    "Outputs": {"Net": {"Condition": "NotLocal", "Value": {"Ref": "Network"}}, "Q": {"Value": {"Ref": "Queue"}}},
}


def test_locally_only_what_a_laptop_has_is_left():
    found = decided(TEMPLATE, {"Stage": "local"})
    assert found["Resources"] == {"Queue": {"Type": "T", "Properties": {"Host": "127.0.0.1", "List": ["a"]}}}
    assert found["Outputs"] == {"Q": {"Value": {"Ref": "Queue"}}}


def test_elsewhere_what_the_conditions_say():
    found = decided(TEMPLATE, {"Mail": "a@b"})
    assert set(found["Resources"]) == {"Network", "Mailer", "Queue"}
    assert found["Resources"]["Queue"]["DependsOn"] == ["Network"]
    assert found["Resources"]["Queue"]["Properties"]["List"] == ["a", "b"]
