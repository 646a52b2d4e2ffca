"""Asks tiny models on this machine."""

import asyncio
import hashlib
import io

from PIL import Image

from corpusbuilder.backends.models.base import ImagePart, Message, ModelRequest, Sampling, TextPart
from corpusbuilder.backends.models.local.generation import Generation
from corpusbuilder.backends.models.local.loading import load
from corpusbuilder.backends.models.local.model import LocalModel
from corpusbuilder.backends.models.local.options import LocalModelOptions
from corpusbuilder.errors import StorageError

IMAGES = {}


def image(color, size=(80, 50)):
    written = io.BytesIO()
    Image.new("RGB", size, color).save(written, "PNG")
    return stored(written.getvalue(), size)


def stored(data, size=(1, 1)):
    sha256 = hashlib.sha256(data).hexdigest()
    IMAGES[sha256] = data
    return ImagePart(sha256, "image/png", *size)


def read_image(sha256):
    if sha256 not in IMAGES:
        raise StorageError(f"{sha256}: the image is missing")
    return IMAGES[sha256]


def ask(*parts, system=None, output=None, order=(), sample=0, **sampling):
    sampling = Sampling(**{"max_tokens": 12, **sampling})
    parts = tuple(TextPart(part) if isinstance(part, str) else part for part in parts)
    messages = (Message("system", (TextPart(system),)), Message("user", parts)) if system else (Message("user", parts),)
    return ModelRequest(messages, output=output, sampling=sampling, sample=sample, order=order)


def mixed_requests(**sampling):
    """Requests that differ in length, in the number of images, and in how much may be said."""
    red, blue, tall = image("red"), image("blue"), image("green", (30, 120))
    return [
        ask(red, "What is this?", system="Be brief.", **sampling),
        ask(blue, "Qu’est-ce que c’est ? " * 12, **sampling),
        ask("Compare", red, "with", tall, ".", **sampling),
        ask("What is the capital of France?", **sampling),
        ask(tall, "?", **{**sampling, "max_tokens": 3}),
        ask("Why?", system="Answer in French. " * 9, **sampling),
    ]


def options(folder, **others):
    return LocalModelOptions(model=str(folder), device="cpu", **others)


def generation(folder, **others):
    chosen = options(folder, **others)
    return Generation(load(chosen), name=chosen.identity, read_image=read_image, max_image_side=chosen.max_image_side)


def outcomes_of(folder, requests, **others):
    """What becomes of requests that are sent at the same moment, errors included."""

    async def all_of_them():
        model = LocalModel(options(folder, **others), read_image=read_image)
        try:
            return await asyncio.gather(*map(model.answer, requests), return_exceptions=True)
        finally:
            await model.close()

    return asyncio.run(all_of_them())


def bodies_of(folder, requests, **others):
    return [answer.body for answer in outcomes_of(folder, requests, **others)]


def reasons_of(outcomes):
    return [getattr(outcome, "reason_code", None) for outcome in outcomes]
