"""A small release as `corpusbuilder release` lays it out, with the rows that a test wants."""

import hashlib
import io
from collections import Counter

from PIL import Image

from corpusbuilder.records.release import ReleaseManifest
from corpusbuilder.stages.release.features import features_by_config
from corpusbuilder.store.release import CHECKSUMS, MANIFEST, ReleaseFolder, checksum_lines

SIZE = (120, 90)


def png(colour="white", size=SIZE):
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "png")
    return file.getvalue()


def figure(id_="f1", *, colour="white", size=SIZE, **fields):
    found = {"method": "vector", "score": 1.0}
    given = {
        "id": id_,
        "document_id": "d1",
        "image": {"bytes": png(colour, size), "path": "stored.png"},
        "caption": "Figure 1. A leaf.",
        "number": "1",
        "kind": "diagram",
        "page_no": 1,
        "bbox": [0, 0, 50, 40],
        "width": size[0],
        "height": size[1],
        "labels": [
            {"id": "l1", "text": "Sun", "box": [0, 0, 30, 10], **found},
            {"id": "l2", "text": "Leaf", "box": [60, 45, 90, 60], **found},
        ],
        "connectors": [
            {"id": "c1", "tail_id": "l1", "head_id": "l2", "directed": True, "points": [[30, 10], [60, 45]], **found}
        ],
        "regions": [],
    }
    return given | fields


def region(box=(60, 45, 90, 60), element="l2", figure_id="f1", polygon=()):
    return {
        "figure_id": figure_id, "element_ids": [element], "box": list(box), "polygon": [list(p) for p in polygon],
        "method": "diagram.element", "score": 1.0, "area_ratio": 0.1,
    }  # fmt: skip


def span(passage="p1", quote="Leaves are green."):
    return {"passage_id": passage, "start": 0, "end": len(quote), "quote": quote, "method": "quote.exact", "score": 1.0}


def step(index, text, kind="perceive", *, regions=(), spans=(), premises=()):
    return {
        "index": index, "text": text, "kind": kind, "premises": list(premises), "regions": list(regions),
        "spans": list(spans),
    }  # fmt: skip


def example(id_="x1", **fields):
    """A question on a figure: an arrow from Sun to Leaf."""
    given = {
        "id": id_,
        "document_id": "d1",
        "unit_id": "u1",
        "language": "en",
        "subject": "biology",
        "question": "Where does the arrow lead?",
        "question_type": "lookup",
        "answer": "Leaf",
        "answer_type": "multiple_choice",
        "choices": ["Sun", "Leaf"],
        "image": None,
        "figure_id": "f1",
        "caption": "Figure 1. A leaf.",
        "context": [],
        "steps": [
            step(1, "An arrow leads from Sun to Leaf.", regions=[region((0, 0, 30, 10), "l1"), region()]),
            step(2, "So it is Leaf.", "infer", premises=[1]),
        ],
        "verdict": "supported",
        "checks": [],
        "dependence": None,
        "review": {"status": None, "annotator": None},
        "provenance": {"teacher": "rules", "prompt": "rules/lookup.v1.en", "tool_version": "0.1.0"},
        "licence": "CC-BY-4.0",
        "source": {"title": "Leaves", "page_no": 1},
    }
    return given | fields


def text_example(id_="t1", **fields):
    """A question on a passage, in French, without a figure."""
    given = {
        "language": "fr",
        "question": "Que dit le texte ?",
        "answer": "Elles sont vertes.",
        "answer_type": "free",
        "choices": [],
        "figure_id": None,
        "caption": None,
        "context": [{"passage_id": "p1", "heading": "Les feuilles", "text": "Leaves are green. They grow."}],
        "steps": [step(1, "Le texte le dit.", "read", spans=[span()])],
    }
    return example(id_, **given | fields)


def make(folder, examples, figures=None, *, kind="full", title="Leaves", name="leaves"):
    """Write a release; examples are rows, or pairs of a split and a row."""
    placed = [one if isinstance(one, tuple) else ("train", one) for one in examples]
    figures = [figure()] if figures is None else figures
    images = {one["id"]: one["image"] for one in figures}
    for _, row in placed:
        row["image"] = row["image"] or images.get(row["figure_id"])
    document = {
        "id": "d1", "file_name": "leaves.pdf", "sha256": "ab" * 32, "title": title, "language": "en",
        "subject": "biology", "grade": None, "licence": "CC-BY-4.0", "pages": 3, "split": "train",
    }  # fmt: skip
    rows = {
        "examples": placed,
        "figures": [("train", one) for one in figures],
        "passages": [],
        "documents": [("train", document)],
    }
    for config, features in features_by_config().items():
        _write(folder / "data" / config, rows[config], features.arrow_schema)
    manifest = ReleaseManifest(
        name=name, kind=kind, version="1.0.0", tool_version="0.1.0", split_by="document", shares={"train": 1.0},
        splits={"d1": "train"}, documents={}, settings={}, card={},
        rows={config: dict(Counter(split for split, _ in found)) for config, found in rows.items()},
    )  # fmt: skip
    (folder / MANIFEST).write_text(manifest.model_dump_json())
    release = ReleaseFolder.open(folder)
    (folder / CHECKSUMS).write_text(checksum_lines(folder, release.files()))
    return release


def _write(folder, rows, schema):
    from pyarrow import Table, parquet

    folder.mkdir(parents=True)
    for split in {split: None for split, _ in rows}:
        table = Table.from_pylist([row for place, row in rows if place == split], schema=schema)
        parquet.write_table(table, folder / f"{split}-00000-of-00001.parquet", row_group_size=100)


def sha256(data):
    return hashlib.sha256(data).hexdigest()
