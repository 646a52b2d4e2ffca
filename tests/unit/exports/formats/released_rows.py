"""Releases made of rows, for exports: any row can be as strange as a test wants it."""

import hashlib
import io
import random
import string

from hypothesis import strategies as st
from PIL import Image

from corpusbuilder.exports.base import ExportOptions
from corpusbuilder.records.release import ReleaseManifest
from corpusbuilder.stages.release.features import features_by_config
from corpusbuilder.stages.release.write import DatasetWriter
from corpusbuilder.store.release import MANIFEST, ReleaseFolder

HOSTILE = (
    "a\tb\nc\r\nd \"quoted\" 'so' <script>alert(1)</script> \x00 ../../etc/passwd {{ x }} "
    "- !function os.system: |\u2028 é"
)
"""A text as strangers' PDFs have them."""

texts = st.text(
    st.characters(codec="utf-8") | st.sampled_from("\t\n\r\x00\"'\\<>,;:|[]{}#-!&*%@`\u2028\u202e\ufeff"), max_size=20
)
words = st.text(string.ascii_letters, min_size=1, max_size=8)


def png(seed="", size=(60, 40), kind="png"):
    pixels = random.Random(seed).randbytes(size[0] * size[1] * 3)
    file = io.BytesIO()
    Image.frombytes("RGB", size, pixels).save(file, kind)
    return file.getvalue()


def image(data):
    return {"bytes": data, "path": "../../somewhere/else.png"}


LABELS = [
    {"id": "lab-sun", "text": "Sun", "box": [0.25, 0.5, 10.33, 10.75], "method": "text_layer", "score": 1.0},
    {"id": "lab-leaf", "text": "Leaf", "box": [30.0, 20.0, 45.5, 30.0], "method": "ocr", "score": 0.9},
]
CONNECTORS = [
    {
        "id": "con-arrow", "tail_id": "lab-sun", "head_id": "lab-leaf", "directed": True,
        "points": [[10.5, 10.0], [20.0, 12.5], [30.0, 20.0]], "method": "vector", "score": 0.8,
    },
    {
        "id": "con-leader", "tail_id": "lab-leaf", "head_id": "reg-blade", "directed": False,
        "points": [[45.0, 25.0], [50.0, 35.0]], "method": "vector", "score": 0.8,
    },
    {
        "id": "con-loose", "tail_id": None, "head_id": None, "directed": False,
        "points": [[1.0, 1.0], [1.0, 1.0]], "method": "vector", "score": 0.8,
    },
]  # fmt: skip
REGIONS = [
    {
        "id": "reg-blade", "label_id": "lab-leaf", "polygon": [[48.0, 30.0], [58.0, 30.0], [53.0, 39.0]],
        "box": [48.0, 30.0, 58.0, 39.0], "method": "cv", "score": 0.7,
    },
    {
        "id": "reg-disc", "label_id": "lab-sun", "polygon": [], "box": [2.0, 12.0, 9.0, 19.0],
        "method": "cv", "score": 0.7,
    },
]  # fmt: skip


def figure(id="fig-1", **fields):
    given = {
        "id": id, "document_id": "doc-1", "image": image(png(id)), "caption": "Figure 1. A leaf.", "number": "1",
        "kind": "diagram", "page_no": 1, "bbox": [0, 0, 60, 40], "width": 60, "height": 40, "labels": LABELS,
        "connectors": CONNECTORS, "regions": REGIONS,
    }  # fmt: skip
    return given | fields


def region(figure_id="fig-1", box=(0.25, 0.5, 10.33, 10.75), polygon=(), **fields):
    given = {
        "figure_id": figure_id, "element_ids": ["lab-sun"], "box": list(box), "polygon": list(polygon),
        "method": "diagram.element", "score": 0.95, "area_ratio": 0.01,
    }  # fmt: skip
    return given | fields


def span(passage_id="psg-1", start=0, end=3, quote="Sun", **fields):
    given = {"passage_id": passage_id, "start": start, "end": end, "quote": quote, "method": "quote.exact", "score": 1}
    return given | fields


def step(index=1, kind="perceive", regions=(), spans=(), text="An arrow leads to it."):
    return {
        "index": index, "text": text, "kind": kind, "premises": [], "regions": list(regions), "spans": list(spans)
    }  # fmt: skip


def figure_example(id="ex-1", *, shown="fig-1", **fields):
    """A question to choose from, on a figure."""
    given = {
        "id": id, "document_id": "doc-1", "unit_id": "unit-1", "language": "en", "subject": "biology",
        "question": f"Where does the arrow of {id} lead?", "question_type": "lookup", "answer": "Leaf",
        "answer_type": "multiple_choice", "choices": ["Sun", "Leaf", "Moon"], "image": image(png(shown)),
        "figure_id": shown, "caption": "Figure 1. A leaf.", "context": [],
        "steps": [step(regions=[region(shown)]), step(2, "infer", text="So it is Leaf.")], "verdict": "supported",
        "checks": [], "dependence": None, "review": {"status": None, "annotator": None},
        "provenance": {"teacher": "rules", "prompt": "rules/lookup.v1.en", "tool_version": "0.1.0"},
        "licence": "CC-BY-4.0", "source": {"title": "Book", "page_no": 1},
    }  # fmt: skip
    return given | fields


def text_example(id="ex-t", **fields):
    """An open question on a passage."""
    context = [{"passage_id": "psg-1", "heading": "Light > Stars", "text": "Sunlight feeds the leaf."}]
    given = {
        "question": f"What feeds the leaf of {id}?", "question_type": "definition", "answer": "Sunlight",
        "answer_type": "free", "choices": [], "image": None, "figure_id": None, "caption": None, "context": context,
        "steps": [step(kind="read", spans=[span(end=8, quote="Sunlight")])],
    }  # fmt: skip
    return figure_example(id, **{**given, **fields})


def release(folder, examples=(), figures=(), *, name="Cells & more", **splits):
    """A release of the examples and figures in its split test; ``train=(examples, figures)`` puts some elsewhere."""
    rows = {"test": (examples, figures), **splits}
    with DatasetWriter(folder, features_by_config()) as writer:
        for split, (some, shown) in rows.items():
            for config, entries in (("examples", some), ("figures", shown)):
                for entry in entries:
                    writer.write(config, split, entry)
            document = {"id": "doc-1", "file_name": "a.pdf", "sha256": "0" * 64, "title": "Book", "language": "en"}
            more = {"subject": None, "grade": None, "licence": "CC-BY-4.0", "pages": 1, "split": split}
            writer.write("documents", split, document | more)
    numbers = {}
    for (config, split), number in writer.rows().items():
        numbers.setdefault(config, {})[split] = number
    manifest = ReleaseManifest(
        name=name, version="1.0.0", tool_version="0.1.0", split_by="document", shares={}, splits={}, rows=numbers,
        documents={}, settings={}, card={},
    )  # fmt: skip
    (folder / MANIFEST).write_text(manifest.model_dump_json(), encoding="utf-8")
    return ReleaseFolder.open(folder)


def exported(export, of, folder, **options):
    """Run an export as the command does: into a folder that is there and empty."""
    folder.mkdir(parents=True)
    return export(of, folder, ExportOptions(**options))


def content(folder):
    """SHA-256 of every file by its name."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
