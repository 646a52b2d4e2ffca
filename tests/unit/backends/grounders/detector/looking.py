"""Grounds steps with a detector on a ledger; run as a program, it is killed half way.

The program takes the folders of a model and of a ledger, and is killed when its third image is wanted.
"""

import asyncio
import hashlib
import io
import os
import signal
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import builders
from PIL import Image, ImageDraw

from corpusbuilder.backends.grounders.base import GroundingQuery
from corpusbuilder.backends.grounders.detector.grounder import DetectorGrounder
from corpusbuilder.backends.grounders.detector.model import DetectorModel
from corpusbuilder.backends.grounders.detector.options import DetectorOptions
from corpusbuilder.backends.grounders.detector.requests import phrase_in
from corpusbuilder.backends.models.access import Access
from corpusbuilder.errors import StorageError
from corpusbuilder.records import Diagram, ImageAsset, StepKind
from corpusbuilder.records.call import Call, CallAnswer
from corpusbuilder.store.ledger import CallLedger

IMAGES = {}


def options(folder="nobody/nothing", **others):
    return DetectorOptions(model=str(folder), device="cpu", **others)


def read_image(sha256):
    if sha256 not in IMAGES:
        raise StorageError(f"{sha256}: the image is missing")
    return IMAGES[sha256]


def picture(*boxes, size=(600, 400), colour="red"):
    """The bytes of a white image with filled boxes."""
    image, written = Image.new("RGB", size, "white"), io.BytesIO()
    for box in boxes:
        ImageDraw.Draw(image).rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=colour)
    image.save(written, "PNG")
    return written.getvalue()


def figure(data, *, size=(600, 400), figure_id=None, diagram=None):
    """A figure that shows an image; its id follows from the image."""
    sha256 = hashlib.sha256(data).hexdigest()
    IMAGES[sha256] = data
    asset = ImageAsset(sha256=sha256, media_type="image/png", width=size[0], height=size[1])
    return builders.figure(figure_id or f"fig-{sha256[:8]}", diagram or Diagram()).model_copy(update={"image": asset})


def red_figure(*boxes, size=(600, 400), **others):
    return figure(picture(*boxes, size=size), size=size, **others)


def queries(figures, *texts, kind=StepKind.PERCEIVE, language="en"):
    """One example about the figures, whose steps say so."""
    unit = builders.unit(language).model_copy(update={"figures": tuple(figures)})
    example = builders.example(
        language, "What?", "That.", [{"text": text, "kind": kind} for text in texts], figure_ids=[f.id for f in figures]
    )
    return [GroundingQuery(unit, example, step.index) for step in example.steps]


@contextmanager
def access_to(ledger, *, read=read_image, mode="live"):
    access = Access(
        open_ledger=lambda: CallLedger(Path(ledger)),
        read_image=read,
        environ={},
        own_prices=Path(ledger) / "prices.toml",
        mode=mode,
    )
    try:
        yield access
    finally:
        access.close()


def ground(chosen, ledger, asked, **others):
    """The groundings, and what the calls came to."""
    with access_to(ledger, **others) as access:
        return list(DetectorGrounder(chosen, access).ground(asked)), access.meter


def key_of(chosen, figure, phrase):
    model = DetectorModel(chosen, read_image=read_image)
    return phrase_in(figure, phrase, unit_id="unit-1", order=()).key(model.identity)


def keep(ledger, chosen, figure, phrase, body):
    """Put an answer into the ledger."""
    request = phrase_in(figure, phrase, unit_id="unit-1", order=())
    call = Call(
        key=key_of(chosen, figure, phrase),
        producer="transformers",
        model=chosen.identity,
        task="detect",
        request=request.canonical.decode(),
    )
    answer = CallAnswer(body=body, latency_s=0.1, time=datetime(2026, 11, 22, tzinfo=UTC))
    with CallLedger(Path(ledger)) as opened:
        asyncio.run(opened.keep(call, answer))


def many_figures():
    return [red_figure((75 * n, 75, 75 * n + 75, 150)) for n in range(5)]


def half_way(model, ledger):
    """Ground steps about five figures; be killed when the third image is wanted, with two answers on the disk."""
    wanted = []

    def read(sha256):
        wanted.append(sha256)
        while len(wanted) == 3 and access.meter.sent < 2:
            time.sleep(0.01)
        if len(wanted) == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return read_image(sha256)

    asked = [query for each in many_figures() for query in queries([each], "The cell is red.")]
    with access_to(ledger, read=read) as access:
        list(DetectorGrounder(options(model, batch_size=1), access).ground(asked))


if __name__ == "__main__":
    import tiny_models

    tiny_models.prepare()
    half_way(*sys.argv[1:])
