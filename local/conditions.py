"""Decides the template's conditions here: what a laptop does not have need not be sent, and CloudFormation counts it.

Spelled out for the emulator, each route is two more resources, and a stack holds 500.
"""

from typing import Any

NOTHING = {"Ref": "AWS::NoValue"}


def decided(template: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
    """The template without what its conditions rule out. `values` come before the parameters' defaults."""
    known = {name: parameter.get("Default") for name, parameter in template.get("Parameters", {}).items()} | values
    conditions = template.get("Conditions", {})

    def holds(condition: Any) -> bool:
        if isinstance(condition, str):
            return holds(conditions[condition])
        [(kind, operands)] = condition.items()
        if kind == "Condition":
            return holds(conditions[operands])
        if kind == "Fn::Equals":
            first, second = (str(known[one["Ref"]]) if isinstance(one, dict) else str(one) for one in operands)
            return first == second
        if kind == "Fn::Not":
            return not holds(operands[0])
        return (all if kind == "Fn::And" else any)(holds(operand) for operand in operands)

    def chosen(value: Any) -> Any:
        if isinstance(value, list):
            return [kept for item in value if (kept := chosen(item)) != NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1 and "Fn::If" in value:
            condition, then, otherwise = value["Fn::If"]
            return chosen(then if holds(condition) else otherwise)
        return {name: kept for name, item in value.items() if (kept := chosen(item)) != NOTHING}

    result = dict(template)
    for section in ("Resources", "Outputs"):
        result[section] = {
            name: chosen({key: item for key, item in thing.items() if key != "Condition"})
            for name, thing in template.get(section, {}).items()
            if "Condition" not in thing or holds(thing["Condition"])
        }
    for resource in result["Resources"].values():  # an order among those that are left
        needed = resource.get("DependsOn", [])
        needed = [needed] if isinstance(needed, str) else needed
        if needed := [name for name in needed if name in result["Resources"]]:
            resource["DependsOn"] = needed
        else:
            resource.pop("DependsOn", None)
    result.pop("Conditions", None)
    return result
