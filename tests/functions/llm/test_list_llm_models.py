"""The models with their prices, their date, and what is nominal."""


def test_an_anonymous_caller_is_refused(call):
    assert call("llm.list_llm_models").status == 401


def test_models_by_provider_with_prices(call, person, providers):
    body = call("llm.list_llm_models", person()).body
    first, second, unpriced = body["providers"]
    assert (first["provider"], first["listed_as"]) == (providers["ids"]["first"], "openai")
    [model] = first["models"]
    assert (model["model"], model["context_tokens"]) == ("gpt-4o", 128_000)
    assert model["price"]["tiers"] == [{"above": 0, "input": 2.5, "output": 10.0, "cached": 1.25, "written": 2.5}]
    assert model["price"]["source"].startswith("genai-prices")
    assert model["price"]["as_of"] == "2026-11-23"
    assert model["price"]["nominal"] is False
    assert second["models"][0]["model"] == "gpt-4o-mini"
    assert unpriced["models"][0]["price"] is None


def test_a_nominal_price_says_so(call, person):
    [provider] = call("llm.list_llm_models", person()).body["providers"]
    assert provider["provider"] == "local"
    assert provider["models"][0]["price"]["nominal"] is True


def test_an_own_price_is_shown_to_its_organisation_only(call, person, providers):
    admin = person(role="admin")
    change = {"provider": "openai", "model": "gpt-4o", "tiers": [{"input": 1, "output": 2}], "source": "contract 7",
              "reason": "new contract"}  # fmt: skip
    assert call("llm.set_price", admin, json_body=change).status == 200
    price = call("llm.list_llm_models", admin).body["providers"][0]["models"][0]["price"]
    assert (price["source"], price["tiers"][0]["input"]) == ("contract 7", 1)
    other = call("llm.list_llm_models", person()).body["providers"][0]["models"][0]["price"]
    assert other["tiers"][0]["input"] == 2.5
