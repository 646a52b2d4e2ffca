"""The columns of the released dataset: DESIGN section 9, as `datasets.Features`."""

from typing import TYPE_CHECKING, Any, Final

from corpusbuilder.errors import MissingExtraError

if TYPE_CHECKING:
    from datasets import Features, List

CONFIGS: Final = ("examples", "figures", "passages", "documents")
"""In the order of the card; the first is the default of ``load_dataset``."""


def features_by_config() -> "dict[str, Features]":
    """The declared features of each config.

    ``List({...})`` is a list of structs (``Sequence({...})`` would be a struct of lists), and all types are explicit:
    empty lists and nulls keep them.

    Raises:
        MissingExtraError: the package `datasets` is not installed.
    """
    try:
        import datasets  # noqa: F401 - all its parts are imported below
    except ImportError:
        raise MissingExtraError("datasets", "release", purpose="release") from None
    return {
        "examples": _example_features(),
        "figures": _figure_features(),
        "passages": _passage_features(),
        "documents": _document_features(),
    }


def _example_features() -> "Features":
    from datasets import Features, Image, List, Value

    text, number, integer = Value("string"), Value("float64"), Value("int32")
    return Features(
        {
            **dict.fromkeys(("id", "document_id", "unit_id", "language", "subject"), text),
            **dict.fromkeys(("question", "question_type", "answer", "answer_type"), text),
            "choices": List(text),
            "image": Image(),
            "figure_id": text,
            "caption": text,
            "context": List({"passage_id": text, "heading": text, "text": text}),
            "steps": List(
                {
                    "index": integer,
                    "text": text,
                    "kind": text,
                    "premises": List(integer),
                    "regions": List(_region_evidence()),
                    "spans": List(_span_evidence()),
                }
            ),
            "verdict": text,
            "checks": List({"name": text, "outcome": text, "reason": text}),
            "dependence": {**dict.fromkeys(("none", "text", "figure", "both"), number), "label": text, "model": text},
            "review": {"status": text, "annotator": text},
            "provenance": {"teacher": text, "prompt": text, "tool_version": text},
            "licence": text,
            "source": {"title": text, "page_no": integer},
        }
    )


def _region_evidence() -> dict[str, Any]:
    from datasets import List, Value

    return {
        "figure_id": Value("string"),
        "element_ids": List(Value("string")),
        "box": _box(),
        "polygon": _points(),
        "method": Value("string"),
        "score": Value("float64"),
        "area_ratio": Value("float64"),
    }


def _span_evidence() -> dict[str, Any]:
    from datasets import Value

    return {
        "passage_id": Value("string"),
        "start": Value("int32"),
        "end": Value("int32"),
        "quote": Value("string"),
        "method": Value("string"),
        "score": Value("float64"),
    }


def _figure_features() -> "Features":
    from datasets import Features, Image, List, Value

    text, integer = Value("string"), Value("int32")
    found = {"method": text, "score": Value("float64")}
    return Features(
        {
            "id": text,
            "document_id": text,
            "image": Image(),
            "caption": text,
            "number": text,
            "kind": text,
            "page_no": integer,
            "bbox": _box(),
            "width": integer,
            "height": integer,
            "labels": List({"id": text, "text": text, "box": _box(), **found}),
            "connectors": List(
                {
                    "id": text,
                    "tail_id": text,
                    "head_id": text,
                    "directed": Value("bool"),
                    "points": _points(),
                    **found,
                }
            ),
            "regions": List({"id": text, "label_id": text, "polygon": _points(), "box": _box(), **found}),
        }
    )


def _passage_features() -> "Features":
    from datasets import Features, List, Value

    text, integer = Value("string"), Value("int32")
    return Features(
        {
            "id": text,
            "document_id": text,
            "unit_id": text,
            "index": integer,
            "heading": List(text),
            "text": text,
            "page_no": integer,
            "boxes": List({"page_no": integer, "box": _box()}),
            "mentions": List({"figure_id": text, "start": integer, "end": integer, "text": text}),
        }
    )


def _document_features() -> "Features":
    from datasets import Features, Value

    columns = ("id", "file_name", "sha256", "title", "language", "subject", "grade", "licence")
    return Features(
        {
            **dict.fromkeys(columns, Value("string")),
            "pages": Value("int32"),
            "split": Value("string"),
        }
    )


def _box() -> "List":
    from datasets import List, Value

    return List(Value("float64"), length=4)


def _points() -> "List":
    from datasets import List, Value

    return List(List(Value("float64"), length=2))
