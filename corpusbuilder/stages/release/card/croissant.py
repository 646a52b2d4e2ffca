"""``croissant.json``: the release described for machines, in Croissant 1.1 with its vocabulary for responsible AI.

The specifications are at https://docs.mlcommons.org/croissant/. Files are named by their place beside the description,
so that it can be read without a network. Fields are those of the Parquet files, as far as Croissant's reader follows: a
list of records inside a list of records, such as the regions of a step, it does not, and they are described in words.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from corpusbuilder.errors import storage_errors
from corpusbuilder.records.release import ReleaseKind
from corpusbuilder.stages.release.card.citation import bibtex
from corpusbuilder.stages.release.card.escaping import one_line
from corpusbuilder.stages.release.card.facts import CardFacts
from corpusbuilder.store.files import sha256_of
from corpusbuilder.store.release import DATA

if TYPE_CHECKING:
    from pyarrow import DataType, Schema

CROISSANT: Final = "croissant.json"
_PARQUET: Final = "application/x-parquet"
_SPLIT_OF_FILE: Final = r"data/[^/]+/(train|validation|test)-.*"
_LONGEST: Final = 2000
_Node: TypeAlias = dict[str, Any]

_CONTEXT: Final[_Node] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "equivalentProperty": "cr:equivalentProperty",
    "samplingRate": "cr:samplingRate",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_RECORD_SETS: Final = {
    "examples": "One question each, with its answer, its reasoning and the evidence of every step.",
    "figures": "The figures of the documents, with the graph that was read inside them.",
    "passages": "One paragraph or list each, in reading order.",
    "documents": "The sources.",
}


@dataclass(frozen=True, slots=True)
class DataFile:
    """A Parquet file of a release."""

    name: str
    """Its place in the folder: ``data/<config>/<split>-00000-of-00001.parquet``."""
    size: int
    """Bytes."""
    sha256: str

    @property
    def config(self) -> str:
        """The config of its rows."""
        return self.name.split("/")[1]


def data_files(folder: Path) -> list[DataFile]:
    """The Parquet files of a release folder, in order of their names.

    Raises:
        StorageError: one cannot be read.
    """
    with storage_errors(folder):
        paths = sorted((folder / DATA).glob("*/*.parquet"))
        return [DataFile(path.relative_to(folder).as_posix(), path.stat().st_size, sha256_of(path)) for path in paths]


def croissant_json(facts: CardFacts, files: Sequence[DataFile], folder: Path, *, kind: ReleaseKind = "full") -> str:
    """The text of ``croissant.json``.

    Args:
        facts: of the release; for a stand-off release those `CardFacts.without_texts`.
        files: all its Parquet files.
        folder: where they lie: their schemas are read.
        kind: whether the sources are in it.
    """
    configs = list(dict.fromkeys(file.config for file in files))
    ordered = sorted(configs, key=lambda name: (list(_RECORD_SETS).index(name) if name in _RECORD_SETS else 99, name))
    node = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        **_about(facts, kind),
        **_responsible_ai(facts),
        "distribution": list(_distribution(files, ordered)),
        "recordSet": [_record_set(config, _schema(folder, files, config)) for config in ordered],
    }
    return json.dumps(node, ensure_ascii=False, indent=1) + "\n"


def _about(facts: CardFacts, kind: ReleaseKind) -> _Node:
    creators = [{"@type": "sc:Person", "name": one_line(name)} for name in facts.authors]
    about = {
        "name": one_line(facts.title),
        "description": _description(facts, kind),
        "license": _licences(facts, kind),
        "version": facts.version,
        "url": facts.url,
        "sameAs": f"https://doi.org/{facts.doi}" if facts.doi else None,
        "creator": creators,
        "datePublished": facts.date,
        "inLanguage": sorted({one_line(source.language) for source in facts.sources}),
        "keywords": ["visual question answering", "grounding", "chain of thought", "schoolbooks", "diagrams"],
        "citeAs": bibtex(facts),
        "isLiveDataset": False,
    }
    return {name: value for name, value in about.items() if value not in (None, [], "")}


def _description(facts: CardFacts, kind: ReleaseKind) -> str:
    documents = "1 schoolbook document" if len(facts.sources) == 1 else f"{len(facts.sources)} schoolbook documents"
    whole = (
        f"{facts.released} questions about {documents}, each with an answer and a chain of reasoning "
        "steps whose evidence is given as regions of figures and characters of passages."
    )
    return f"{whole} A stand-off release, without the content of the documents." if kind == "stand_off" else whole


def _licences(facts: CardFacts, kind: ReleaseKind) -> list[str]:
    """Addresses of all licences that stand in it, or what is stated where there is none."""
    found = list(facts.own_judgement.urls or [facts.own_licence])
    if kind == "full":
        for source in facts.sources:
            found += source.judgement.urls or [one_line(source.licence or "not stated")]
    return list(dict.fromkeys(found))


def _responsible_ai(facts: CardFacts) -> _Node:
    """Croissant RAI 1.0. What is not known is left out."""
    teachers = sorted({f"{maker.teacher} {maker.revision}".strip() for maker in facts.makers})
    looked_at = sum(facts.reviews.values())
    said = {
        "dataCollection": "PDFs that the makers of the dataset had, read into passages, figures and diagram graphs.",
        "dataCollectionType": ["Document analysis", "Software Collection"],
        "dataCollectionMissingData": _missing(facts),
        "dataCollectionRawData": "The PDFs are not part of the dataset; their SHA-256 stand in `documents`.",
        "dataPreprocessingProtocol": [
            "Words broken at line ends are joined, passages across columns and pages; figures are cut out of the page.",
        ],
        "dataAnnotationProtocol": (
            "A teacher wrote questions, answers and steps from an inventory of passages and diagram elements, naming "
            "elements by id and quoting text; ids and quotes were turned into polygons and offsets; named, versioned "
            "checks tried to refute each example; what was withheld can be reviewed by people."
        ),
        "dataAnnotationPlatform": ["Label Studio"] if looked_at else [],
        "dataAnnotationAnalysis": _agreement(facts),
        "annotationsPerItem": _annotations_per_item(facts),
        "machineAnnotationTools": [f"corpusbuilder {facts.tool_version}", *teachers],
        "dataLimitations": _limitations(facts, looked_at),
        "dataBiases": [
            "The documents are those that the makers had, no sample of what is taught anywhere.",
            *_concentration(facts),
        ],
        "personalSensitiveInformation": [
            "Nothing was looked for or removed: photographs and texts of schoolbooks can show and name real people.",
            "People who reviewed are named by pseudonym.",
        ],
        "dataUseCases": [
            "Training and evaluating models that answer questions on figures and text with evidence for each step.",
            "Not for judging pupils or teachers, and no source of facts about the subjects.",
        ],
        "dataReleaseMaintenancePlan": _maintenance(facts),
    }
    return {f"rai:{name}": value for name, value in said.items() if value}


def _missing(facts: CardFacts) -> str:
    unread = sum(n for status, n in facts.page_status.items() if status not in {"ok", "blank", "scanned"})
    return f"{unread} of {sum(facts.page_status.values())} pages could not be read."


def _agreement(facts: CardFacts) -> list[str]:
    if facts.review is None or facts.review.alpha.value is None:
        return []
    alpha = facts.review.alpha
    return [f"Krippendorff's alpha of accept, correct and reject: {alpha.value:.2f} on {alpha.n} examples."]


def _annotations_per_item(facts: CardFacts) -> str:
    looked_at = sum(facts.reviews.values())
    return f"One by machine; {looked_at} of {facts.seen} verified examples were decided by people as well."


def _limitations(facts: CardFacts, looked_at: int) -> list[str]:
    return [
        f"No person has looked at {facts.released_unseen} of the {facts.released} released examples.",
        "The checks compare with the documents, which can be wrong.",
        f"{facts.image_labels} of {facts.labels} labels in figures were read from pixels.",
        *(() if looked_at else ("No person has decided about any example.",)),
    ]


def _concentration(facts: CardFacts) -> Iterator[str]:
    """What most examples have in common."""
    for name, heading in (("language", "language"), ("question_type", "question type")):
        counts: Mapping[str, int] = facts.counts.get(name, {})
        if counts:
            most = max(counts, key=lambda value: (counts[value], value))
            yield f"The most frequent {heading} is {one_line(most)}: {counts[most]} of {sum(counts.values())} examples."


def _maintenance(facts: CardFacts) -> str:
    where = f" Errors can be reported to {one_line(facts.contact)}." if facts.contact else ""
    return f"Versions are numbered and never changed; what stood in a split stays there.{where}"


def _distribution(files: Sequence[DataFile], configs: Sequence[str]) -> Iterator[_Node]:
    for file in files:
        yield {
            "@type": "cr:FileObject",
            "@id": file.name,
            "name": file.name,
            "contentUrl": file.name,
            "contentSize": f"{file.size} B",
            "encodingFormat": _PARQUET,
            "sha256": file.sha256,
        }
    for config in configs:
        yield {
            "@type": "cr:FileSet",
            "@id": _file_set(config),
            "name": _file_set(config),
            "description": f"All Parquet files of {config}.",
            "includes": f"data/{config}/*.parquet",
            "encodingFormat": _PARQUET,
        }


def _file_set(config: str) -> str:
    return f"{config}-files"


def _schema(folder: Path, files: Sequence[DataFile], config: str) -> "Schema":
    from pyarrow import parquet

    path = folder / next(file.name for file in files if file.config == config)
    with storage_errors(path):
        return parquet.read_schema(path)


def _record_set(config: str, schema: "Schema") -> _Node:
    source = {"fileSet": {"@id": _file_set(config)}}
    fields = [
        _field(f"{config}/{column.name}", column.name, column.type, {**source, "extract": {"column": column.name}}, [])
        for column in schema
    ]
    # The rows of `documents` name their split themselves.
    of_file = {
        "@type": "cr:Field",
        "@id": f"{config}/split",
        "name": "split",
        "description": "train, validation or test.",
        "dataType": "sc:Text",
        "source": {**source, "extract": {"fileProperty": "fullpath"}, "transform": {"regex": _SPLIT_OF_FILE}},
    }
    return {
        "@type": "cr:RecordSet",
        "@id": config,
        "name": config,
        "description": _RECORD_SETS.get(config, f"Rows of {config}."),
        "key": {"@id": f"{config}/id"},
        "field": [*fields, *([] if "split" in schema.names else [of_file])],
    }


def _field(place: str, name: str, kind: "DataType", source: _Node, path: list[str]) -> _Node:
    """A column, or a part of one: ``path`` leads to it from the column."""
    from pyarrow import types

    node: _Node = {"@type": "cr:Field", "@id": place, "name": name}
    if _is_list(kind):
        node["repeated"] = True
    inner = _innermost(kind)
    if not types.is_struct(inner):
        return {**node, "dataType": _data_type(inner), "source": _source(source, path)}
    if {part.name for part in inner} == {"bytes", "path"}:
        return {**node, "dataType": "sc:ImageObject", "source": _source(source, [*path, "bytes"])}
    parts = [part for part in inner if not (path or _is_list(kind)) or not types.is_struct(_innermost(part.type))]
    left_out = sorted({part.name for part in inner} - {part.name for part in parts})
    if left_out:
        node["description"] = (
            f"{' and '.join(left_out)} of each stand in the Parquet column {place.split('/')[1]} only."
        )
    node["subField"] = [_field(f"{place}/{p.name}", p.name, p.type, source, [*path, p.name]) for p in parts]
    return {**node, "source": _source(source, path)}


def _source(source: _Node, path: Sequence[str]) -> _Node:
    return {**source, "transform": [{"jsonPath": step} for step in path]} if path else source


def _is_list(kind: "DataType") -> bool:
    from pyarrow import types

    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


def _innermost(kind: "DataType") -> "DataType":
    while _is_list(kind):
        kind = kind.value_type
    return kind


def _data_type(kind: "DataType") -> str:
    from pyarrow import types

    if types.is_integer(kind):
        return "cr:Int64"
    if types.is_floating(kind):
        return "cr:Float64"
    return "sc:Boolean" if types.is_boolean(kind) else "sc:Text"
