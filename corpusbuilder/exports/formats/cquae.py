"""Question answering on text in the manner of CQuAE (Gerald et al., 2023), a corpus of French secondary education.

::

    cquae_<split>.json   a list of questions

The keys ``qid, title, question, type, documents, documents_title, output`` are those of the published corpus;
``spans`` (the quotes of the reasoning steps: ``documents[document][start:end] == text``, in code points), ``id`` and
``language`` are ours. CQuAE asks about texts: what needs a figure, or is of none of its four types, is left out.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, get_args

from corpusbuilder.errors import UsageError
from corpusbuilder.exports.base import ExportOptions, ExportReport
from corpusbuilder.exports.selection import refuse_trace, wanted_splits
from corpusbuilder.records.example import What
from corpusbuilder.store.files import write_lines
from corpusbuilder.store.release import ReleaseFolder

TYPES: Final[tuple[str, ...]] = get_args(What)
_COLUMNS: Final = ("id", "language", "question", "question_type", "answer", "context", "steps", "source")
_QID_BITS: Final = 52
"""A number that JSON readers of every language hold exactly."""


def export(release: ReleaseFolder, folder: Path, options: ExportOptions) -> ExportReport:
    """Write the questions on text of a release as CQuAE has them; see `corpusbuilder.exports.base.Export`."""
    refuse_trace(options, "CQuAE")
    if not options.passages:
        raise UsageError("CQuAE is about passages: it cannot be written without them")
    left_out: Counter[str] = Counter()
    written: dict[str, int] = {}
    for split in wanted_splits(release, options):
        name = f"cquae_{split}.json"
        kept = _kept(release.rows("examples", split=split, columns=_COLUMNS), left_out)
        written[name] = write_lines(folder / name, _json_list(_question(row) for row in kept)) - 1
    return ExportReport(
        rows=written,
        left_out=dict(sorted(left_out.items())),
        usage=f'datasets.load_dataset("json", data_files="{{folder}}/{next(iter(written))}")',
    )


def _kept(rows: Iterator[dict[str, Any]], left_out: Counter[str]) -> Iterator[dict[str, Any]]:
    for row in rows:
        problem = _problem(row)
        if problem is None:
            yield row
        else:
            left_out[problem] += 1


def _problem(row: Mapping[str, Any]) -> str | None:
    """Why CQuAE cannot hold an example; None when it can."""
    if row["question_type"] not in TYPES:
        return "they are none of factual, definition, explanation and synthesis"
    if any(step["regions"] for step in row["steps"]):
        return "a step rests on a figure"
    texts = {passage["passage_id"]: passage["text"] for passage in row["context"]}
    spans = [span for step in row["steps"] for span in step["spans"]]
    if not spans:
        return "no step quotes a text"
    if any(span["passage_id"] not in texts for span in spans):
        return "a step quotes a text that is not given with the question"
    if any(texts[span["passage_id"]][span["start"] : span["end"]] != span["quote"] for span in spans):
        return "a quote is not where the release says"
    return None


def _question(row: Mapping[str, Any]) -> dict[str, Any]:
    title = row["source"]["title"] or ""
    places = {passage["passage_id"]: place for place, passage in enumerate(row["context"])}
    spans = [span for step in row["steps"] for span in step["spans"]]
    found = {(places[span["passage_id"]], span["start"], span["end"], span["quote"]) for span in spans}
    return {
        "qid": int.from_bytes(blake2b(row["id"].encode(), digest_size=8).digest()) >> (64 - _QID_BITS),
        "title": title,
        "question": row["question"],
        "type": row["question_type"],
        "documents": [passage["text"] for passage in row["context"]],
        "documents_title": [passage["heading"] or title for passage in row["context"]],
        "output": row["answer"],
        "spans": [
            {"document": document, "start": start, "end": end, "text": text}
            for document, start, end, text in sorted(found)
        ],
        "id": row["id"],
        "language": row["language"],
    }


def _json_list(entries: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    """A JSON list with one entry a line; as many pieces as entries, and one."""
    before = b"[\n"
    for entry in entries:
        yield before + json.dumps(entry, ensure_ascii=False).encode()
        before = b",\n"
    yield b"\n]\n" if before == b",\n" else b"[]\n"
