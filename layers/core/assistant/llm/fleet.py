"""The providers of this deployment as objects that can be called, made once per sandbox."""

from dataclasses import dataclass
from functools import cache, partial

from assistant.llm.configuration import Configured, api_key, configured
from assistant.llm.port import Provider
from assistant.platform.errors import Invalid


@dataclass(frozen=True)
class Fleet:
    """The providers in the order of priority, and `weights`, their shares in an A/B test."""

    providers: tuple[Provider, ...]
    weights: tuple[int, ...]

    @property
    def context_tokens(self) -> int:
        """What fits whichever provider answers."""
        return min(provider.context_tokens for provider in self.providers)

    def only(self, provider_id: str) -> "Fleet":
        """The one provider of this id, without failover. Raises Invalid with the ids that there are."""
        for provider, weight in zip(self.providers, self.weights, strict=True):
            if provider.id == provider_id:
                return Fleet((provider,), (weight,))
        known = ", ".join(provider.id for provider in self.providers)
        raise Invalid(
            f"/provider: there is no provider {provider_id!r} here. Known: {known}.",
            errors=[{"pointer": "/provider", "detail": f"one of: {known}"}],
        )


def fleet_of(*providers: Provider) -> Fleet:
    """A fleet of these providers, with equal shares."""
    return Fleet(providers, (1,) * len(providers))


@cache
def fleet() -> Fleet:
    """What the environment configures; a client that no provider needs is never imported."""
    found = configured()
    return Fleet(tuple(_made(one) for one in found), tuple(one.weight for one in found))


def _made(one: Configured) -> Provider:
    if one.kind == "bedrock":
        from assistant.llm.bedrock import Bedrock

        return Bedrock(one.model, one.context_tokens, id=one.id)
    key = partial(_key, one.id)
    if one.kind == "anthropic":
        from assistant.llm.anthropic import Anthropic

        address = {"base_url": one.base_url} if one.base_url else {}
        return Anthropic(one.model, **address, context_tokens=one.context_tokens, api_key=key, name=one.name,
                         read_seconds=one.read_seconds, first_token_seconds=one.first_token_seconds,
                         id=one.id)  # fmt: skip
    from assistant.llm.openai_compatible import OpenAICompatible

    return OpenAICompatible(
        one.base_url or "", one.model, one.name, one.context_tokens, key, one.read_seconds, one.first_token_seconds,
        running_usage=one.name == "local", id=one.id,
    )  # fmt: skip


def _key(provider_id: str, fresh: bool) -> str | None:
    return api_key(provider_id, fresh=fresh)
