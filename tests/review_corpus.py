"""A workspace of any size with verified examples that people should look at, made without PDFs: for tests of review.

The figures, passages and questions are those of `builders`, with accents and emoji put in; grounding and verdicts are
those of the real stages.
"""

import hashlib
import io
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice

import builders

from corpusbuilder.backends.grounders.diagram import BACKEND
from corpusbuilder.config import GroundSection, VerifySection
from corpusbuilder.pipeline.reviewfiles import ReviewFiles
from corpusbuilder.pipeline.sources import KnownSource, write_sources
from corpusbuilder.records.document import ImageAsset
from corpusbuilder.records.ids import content_id, document_id
from corpusbuilder.stages.contract import InUnit
from corpusbuilder.stages.ground import GroundStage
from corpusbuilder.stages.verify import VerifyStage
from corpusbuilder.store.workspace import Counts, DoneFile, Workspace

TIME = datetime(2026, 11, 1, tzinfo=UTC)
PREFIX = {"en": "Look 😀 at the café: ", "fr": "Regarde 😀 l’été : "}
"""Before every passage: an emoji is one code point and two units of UTF-16."""


def corpus(root, number, *, documents=4, supported=0):
    """A workspace with ``number`` withheld examples and ``supported`` ones in each of so many documents."""
    workspace = Workspace(root)
    image = _image()
    workspace.write_asset(image.sha256, image.media_type, _png())
    sources = []
    for place in range(documents):
        sha256 = hashlib.sha256(f"book {place}".encode()).hexdigest()
        sources.append(KnownSource(path=str(root / f"book-{place}.pdf"), sha256=sha256))
        count = number // documents + (place < number % documents)
        _document(workspace, sha256, "en" if place % 2 == 0 else "fr", count, supported)
    write_sources(workspace, sources)
    return workspace


def _document(workspace, sha256, language, withheld, supported):
    identity = document_id(sha256)
    unit = _unit(identity, sha256, language)
    records = [_example(identity, unit, language, number, good=False) for number in range(withheld)]
    records += [_example(identity, unit, language, withheld + number, good=True) for number in range(supported)]
    written(workspace, "parse", identity, [unit])
    written(workspace, "verify", identity, records)


def written(workspace, stage, identity, records):
    """A finished shard."""
    shard = workspace.shard(stage, identity)
    digest = shard.write([record.model_dump_json().encode() for record in records], [])
    counts = Counts(inputs=len(records), done=len(records), rejected=0, outputs=len(records))
    shard.write_done(DoneFile(fingerprint={}, input_sha256="", output_sha256=digest, counts=counts, seconds=0))
    workspace.write_json({"stage": stage}, stage, "manifest.json")


def _unit(identity, sha256, language):
    unit = builders.unit(language)
    document = unit.document.model_copy(
        update={"id": identity, "source_sha256": sha256, "licence": "CC0-1.0", "file_name": f"{identity}.pdf"}
    )
    passages = tuple(
        p.model_copy(update={"document_id": identity, "text": PREFIX[language] + p.text}) for p in unit.passages
    )
    figures = tuple(f.model_copy(update={"document_id": identity, "image": _image()}) for f in unit.figures)
    return unit.model_copy(update={"document": document, "passages": passages, "figures": figures})


def right_answer(example):
    """What the answer of one of these examples should be."""
    return _about(example.language, example.question).answer


def _about(language, question):
    makers = (builders.about_figure, builders.about_text, builders.about_both)
    return next(about for about in (maker(language) for maker in makers) if about.question == question)


def _example(identity, unit, language, number, *, good):
    """A good example, one with a wrong answer (refuted), or one whose first step shows nothing (not enough info)."""
    about = (builders.about_figure, builders.about_text, builders.about_both)[number % 3](language)
    fields = {"id": content_id("ex", identity, number), "document_id": identity}
    lacks_evidence = number % 2 == 1
    if not good and not lacks_evidence:
        fields["answer"] = builders.NAMES[language][4] if about.choices else "a wall of brick"
        fields["choices"] = about.choices and (*about.choices, fields["answer"])[-3:]
    return _verified(about.model_copy(update=fields), unit, without_evidence=not good and lacks_evidence)


def _verified(example, unit, *, without_evidence):
    grounded = next(iter(_ground().process([InUnit(example, unit)]))).outputs[0]
    if without_evidence:
        first, *others = grounded.groundings
        emptied = first.model_copy(update={"evidence": (), "candidates": first.evidence})
        grounded = grounded.model_copy(update={"groundings": (emptied, *others)})
    return next(iter(VerifyStage(VerifySection()).process([InUnit(grounded, unit)]))).outputs[0]


@lru_cache
def _ground():
    return GroundStage({"diagram": BACKEND.create(BACKEND.options())}, GroundSection(), {})


@lru_cache
def _png():
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (builders.WIDTH, builders.HEIGHT), "white")
    pen = ImageDraw.Draw(picture)
    for label in builders.cycle().diagram.labels:
        pen.rectangle(label.box, outline="black")
        pen.text((label.box[0] + 8, label.box[1] + 6), label.text, fill="black")
    for connector in builders.cycle().diagram.connectors:
        pen.line(connector.points, fill="grey", width=2)
    data = io.BytesIO()
    picture.save(data, "PNG")
    return data.getvalue()


def _image():
    digest = hashlib.sha256(_png()).hexdigest()
    return ImageAsset(sha256=digest, media_type="image/png", width=builders.WIDTH, height=builders.HEIGHT)


def sent(workspace, *shown):
    """As if these versions had been sent."""
    for one in shown:
        ReviewFiles(workspace).shown(one.grounded.example.document_id).append([one])


def first(workspace, count):
    """Some of the verified examples."""
    from corpusbuilder.pipeline.reviewing.selecting import verified

    return list(islice(verified(workspace), count))
