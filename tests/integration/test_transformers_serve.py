"""`transformers serve` with a tiny model: a real server that takes `response_format` and ignores it."""

import asyncio
import hashlib
import io
import os
import socket
import subprocess
import sys
import urllib.request
from urllib.error import URLError

import pytest
from fakes.calls import MemoryLedger
from PIL import Image
from processes import until

from corpusbuilder.backends.models.base import ImagePart, Message, ModelRequest, OutputSchema, Sampling, TextPart
from corpusbuilder.backends.models.completion import read_completion
from corpusbuilder.backends.models.local.model import LocalModel
from corpusbuilder.backends.models.local.options import LocalModelOptions
from corpusbuilder.backends.models.openai.model import OpenAIModel
from corpusbuilder.backends.models.openai.options import OpenAIModelOptions

pytestmark = pytest.mark.slow
SCHEMA = {
    "type": "object",
    "properties": {"answer": {"type": "string"}},
    "required": ["answer"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def base_url(tiny_llava, tmp_path_factory):
    """Where the server answers, on this machine only."""
    port = free_port()
    log = tmp_path_factory.mktemp("log") / "serve.log"
    serve = "import sys; from transformers.cli.transformers import main; sys.argv[0] = 'transformers'; main()"
    place = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    environ = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-c", serve, "serve", str(tiny_llava), *place], stdout=output, stderr=output, env=environ
        ) as server,
    ):
        try:
            healthy = until(
                lambda: server.poll() is not None or answers(f"http://127.0.0.1:{port}/health"), seconds=120
            )
            assert healthy, log.read_text()
            assert server.poll() is None, log.read_text()
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.kill()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:
            return reply.status == 200
    except (URLError, OSError):
        return False


@pytest.fixture(scope="module")
def picture():
    written = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(written, "PNG")
    return written.getvalue()


def question(picture, **others):
    seen = ImagePart(hashlib.sha256(picture).hexdigest(), "image/png", 60, 40)
    asked = Message("user", (seen, TextPart("What is the colour of the sea?")))
    return ModelRequest(
        (Message("system", (TextPart("Be brief."),)), asked), sampling=Sampling(max_tokens=24), **others
    )


def ask(make, request):
    async def once():
        model = make()
        try:
            return await model.answer(request)
        finally:
            await model.close()

    return asyncio.run(once())


def served(tiny_llava, base_url, picture, ledger):
    chosen = OpenAIModelOptions(model=str(tiny_llava), base_url=base_url, max_retries=0)
    return OpenAIModel(chosen, read_image=lambda _: picture, ledger=ledger, environ={})


def test_a_server_that_ignores_the_schema_is_found_out_and_asked_in_words(tiny_llava, base_url, picture):
    ledger = MemoryLedger()
    output = OutputSchema("answer", SCHEMA, instruction='Answer with JSON: {"answer": "…"}')
    answer = ask(lambda: served(tiny_llava, base_url, picture, ledger), question(picture, output=output))
    assert answer.mode == "fenced"
    assert "fenced" in ledger.facts.values()
    assert answer.usage.completion_tokens is not None
    # The words and the image arrived: one byte is one token, and sixteen are the image.
    plain = ask(lambda: served(tiny_llava, base_url, picture, ledger), question(picture))
    more = answer.usage.prompt_tokens - plain.usage.prompt_tokens
    assert more >= len(output.instruction.encode())


def test_the_server_and_the_local_model_say_the_same(tiny_llava, base_url, picture):
    request = question(picture)
    there = ask(lambda: served(tiny_llava, base_url, picture, MemoryLedger()), request)
    options = LocalModelOptions(model=str(tiny_llava), device="cpu")
    here = ask(lambda: LocalModel(options, read_image=lambda _: picture), request)
    assert read_completion(here.body).text == read_completion(there.body).text
    assert here.usage.prompt_tokens == there.usage.prompt_tokens
