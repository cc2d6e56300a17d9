"""Whether the providers answer, asked for free and at most every 30 seconds."""

from assistant.llm.circuit import FAILURES, circuit
from tests.layers.llm import provider_server as ps


def answers(status=200):
    return lambda exchange: exchange.answer(status, {"data": []})


def test_an_anonymous_caller_is_refused(call):
    assert call("llm.get_llm_health").status == 401


def test_all_are_healthy_and_asked_once(call, person, providers):
    for name in providers["ids"]:
        providers[name].default = answers()
    someone = person()
    bodies = [call("llm.get_llm_health", someone).body for _ in range(3)]
    assert bodies[0] == bodies[1] == bodies[2]
    assert bodies[0]["status"] == "healthy"
    assert [one["provider"] for one in bodies[0]["providers"]] == list(providers["ids"].values())
    for one in bodies[0]["providers"]:
        assert (one["status"], one["circuit"], one["error"]) == ("healthy", "closed", None)
        assert one["latency_ms"] > 0
    for name in providers["ids"]:
        assert [record.path for record in providers[name].records] == ["/v1/models"]


def test_one_that_fails_and_one_whose_circuit_is_open(call, person, providers):
    providers["first"].default = answers(500)
    providers["second"].default = providers["unpriced"].default = answers()
    for _ in range(FAILURES):
        circuit().failed(providers["ids"]["second"])
    body = call("llm.get_llm_health", person()).body
    assert body["status"] == "degraded"
    assert [(one["status"], one["circuit"], one["error"]) for one in body["providers"]] == [
        ("down", "closed", "model_unavailable"),
        ("down", "open", None),
        ("healthy", "closed", None),
    ]
    assert "planned" not in str(body)


def test_none_answers(call, person, providers):
    for name in providers["ids"]:
        providers[name].default = ps.hang_up_at_once
    assert call("llm.get_llm_health", person()).body["status"] == "critical"
