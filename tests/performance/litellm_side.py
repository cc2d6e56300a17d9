"""LiteLLM's side of `bench_budget`: runs in a venv of its own, which has LiteLLM and none of our code.

What runs is the enforcement of `max_budget_per_session` as LiteLLM's proxy does it: the proxy's own hook before each
call, `litellm.acompletion` for the call, the same hook's success event after it. The HTTP layer of the proxy, which
adds nothing to the decision, is left out: it needs a database to give keys to agents.
Prints one line of JSON: how many calls were made and refused, and the wall time.
"""

import asyncio
import json
import sys
import time
from importlib.metadata import version

import litellm
from litellm.caching.caching import DualCache
from litellm.proxy._types import UserAPIKeyAuth
from litellm.proxy.agent_endpoints.agent_registry import global_agent_registry
from litellm.proxy.hooks.max_budget_per_session_limiter import PROXY_MaxBudgetPerSessionHandler
from litellm.proxy.utils import InternalUsageCache

CARD = {"name": "bench", "description": "bench", "url": "http://127.0.0.1", "version": "1", "capabilities": {},
        "defaultInputModes": ["text"], "defaultOutputModes": ["text"], "skills": []}  # fmt: skip


async def run(url: str, cap: float, attempts: int, concurrent: int) -> dict[str, object]:
    litellm.suppress_debug_info = True
    cache = DualCache()
    hook = PROXY_MaxBudgetPerSessionHandler(InternalUsageCache(cache))
    global_agent_registry.load_agents_from_config(
        [{"agent_name": "bench", "agent_card_params": CARD, "litellm_params": {"max_budget_per_session": cap}}]
    )
    [agent] = global_agent_registry.get_agent_list()
    litellm.callbacks = [hook]
    caller = UserAPIKeyAuth(api_key="bench", agent_id=agent.agent_id)
    session = f"session-{time.time()}"
    made = refused = failed = 0
    gate = asyncio.Semaphore(concurrent)

    async def attempt() -> None:
        nonlocal made, refused, failed
        async with gate:
            metadata = {"session_id": session, "agent_id": agent.agent_id}
            data = {"model": "bench", "metadata": metadata}
            try:
                await hook.async_pre_call_hook(caller, cache, data, "completion")
            except Exception:
                refused += 1
                return
            try:
                await litellm.acompletion(
                    model="openai/bench", api_base=url, api_key="none", messages=[{"role": "user", "content": "x"}],
                    max_tokens=10, metadata=metadata, input_cost_per_token=0.0, output_cost_per_token=0.001,
                    max_retries=0, timeout=60,
                )  # fmt: skip
            except litellm.exceptions.APIError:  # what was spent is counted at the provider
                failed += 1
                return
            made += 1

    started = time.monotonic()
    await asyncio.gather(*(attempt() for _ in range(attempts)))
    return {
        "version": version("litellm"),
        "made": made,
        "refused": refused,
        "failed": failed,
        "seconds": time.monotonic() - started,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))))
