"""What must hold of a stand-off release before anything of it is used: it comes from strangers."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from corpusbuilder.errors import MissingExtraError, StorageError, UsageError, storage_errors
from corpusbuilder.pipeline.standoff.making import document_of
from corpusbuilder.pipeline.standoff.printings import Wanted
from corpusbuilder.stages.release import CONFIGS, SPLITS, features_by_config
from corpusbuilder.stages.standoff import FOLDED, IMAGE_FILE, TAKEN, standoff_features
from corpusbuilder.store.release import ReleaseFolder

if TYPE_CHECKING:
    from pyarrow import Array

_GROUP_BYTES: Final = 1_000_000_000
"""Of one row group when it is unpacked: ours stay far below, and a packed bomb does not."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_NEEDED: Final = frozenset(
    {"id", "document_id", f"{TAKEN}.start", f"{TAKEN}.end"}
    | {f"{IMAGE_FILE}.{name}" for name in ("name", "sha256", "pixels_sha256", "width", "height")}
)
"""Values without which a row cannot be made whole."""
_SHARD: Final = re.compile(rf"(?:{'|'.join(SPLITS)})-[0-9]{{5}}-of-[0-9]{{5}}\.parquet")


def check_release(release: ReleaseFolder) -> list[Wanted]:
    """Look whether a release is a whole and sound stand-off release; returns its documents, by id.

    Raises:
        UsageError: it is a full release.
        StorageError: a file is damaged or not what it should be.
    """
    if release.manifest.kind != "stand_off":
        raise UsageError(
            f"{release.path}: this is a full release: there is nothing to restore",
            hint="corpusbuilder release --stand-off makes a stand-off release",
        )
    if problems := release.problems():
        more = f" ({len(problems) - 1} more problems)" if len(problems) > 1 else ""
        raise StorageError(f"{release.path}: {problems[0]}{more}", hint="fetch the release once more", repeat=False)
    for config in CONFIGS:
        _check_files(release, config)
    languages = release.manifest.settings.get("languages")
    stated = languages if isinstance(languages, dict) else {}
    documents: dict[str, Wanted] = {}
    for row in release.rows("documents"):
        wanted = _wanted(release, row, stated)
        documents[wanted.id] = wanted
    if not documents:
        raise StorageError(f"{release.path}: it has no documents", repeat=False)
    for config in CONFIGS:
        _check_values(release, config, documents.keys())
    return [documents[document] for document in sorted(documents)]


def _wanted(release: ReleaseFolder, row: dict[str, Any], languages: dict[str, Any]) -> Wanted:
    identity, digest = str(row["id"]), str(row["sha256"])
    if not _DIGEST.fullmatch(digest):
        raise StorageError(f"{release.path}: document {identity}: {digest!r} is no SHA-256", repeat=False)
    language = languages.get(identity)
    return Wanted(identity, str(row["title"]), str(row["file_name"]), digest, language)


def _check_files(release: ReleaseFolder, config: str) -> None:
    """Columns and sizes, from the footers alone."""
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise MissingExtraError("pyarrow", "release", purpose="a release") from None

    expected = standoff_features(features_by_config())[config].arrow_schema
    for path in release.parquet_files(config):
        try:
            with storage_errors(path), parquet.ParquetFile(path) as file:
                schema = file.schema_arrow
                sizes = [file.metadata.row_group(number).total_byte_size for number in range(file.num_row_groups)]
        except ArrowException as error:
            raise StorageError(f"{path}: not readable as Parquet: {error}", repeat=False) from None
        if not _SHARD.fullmatch(path.name):
            raise StorageError(f"{path}: not the name of a file of a release", repeat=False)
        if not schema.equals(expected):
            names = sorted(set(schema.names) ^ set(expected.names))
            what = f": {', '.join(names)}" if names else ", or their types do"
            raise StorageError(
                f"{path}: its columns differ from those of a stand-off release{what}",
                hint=f"it was made with corpusbuilder {release.manifest.tool_version}: use that version",
                repeat=False,
            )
        if max(sizes, default=0) > _GROUP_BYTES:
            raise StorageError(f"{path}: a row group of {max(sizes):,} bytes is too large to be true", repeat=False)


def _check_values(release: ReleaseFolder, config: str, documents: Iterable[str]) -> None:
    """Look for what no release has: empty values where there is always one, and rows about no document of it."""
    import pyarrow as pa
    from pyarrow import compute, parquet

    known = pa.array(sorted(documents), pa.string())
    about = "id" if config == "documents" else "document_id"
    for path in release.parquet_files(config):
        for columns in _groups(path, parquet.ParquetFile):
            for name, column in columns.items():
                if empty := next(_empty(column, name), None):
                    raise _damaged(path, f"{empty} is empty somewhere")
            strange = columns[about].filter(compute.invert(compute.is_in(columns[about], known)))
            if len(strange):
                raise _damaged(path, f"{strange[0].as_py()!r} is none of the documents of the release")


def _groups(path: Path, reader: Any) -> Iterator[dict[str, "Array"]]:  # noqa: ANN401 - an untyped package
    """The columns of each row group of a file."""
    from pyarrow import ArrowException

    try:
        with storage_errors(path), reader(path) as file:
            for number in range(file.num_row_groups):
                group = file.read_row_group(number)
                yield {name: group[name].combine_chunks() for name in group.column_names}
    except ArrowException as error:
        raise StorageError(f"{path}: not readable as Parquet: {error}", repeat=False) from None


def _empty(array: "Array", name: str) -> Iterator[str]:
    """Names of lists that are null or have a null in them, and of needed values that are, within a column."""
    from pyarrow import types

    is_list = types.is_list(array.type) or types.is_large_list(array.type)
    if array.null_count and (is_list or name in _NEEDED):
        yield name
    elif is_list:
        parts = array.flatten()
        yield from [name] if parts.null_count else _empty(parts, name)
    elif types.is_struct(array.type):
        there = array.drop_null()
        for number, field in enumerate(array.type):
            yield from _empty(there.field(number), f"{name}.{field.name}")


def _damaged(path: Path, what: str) -> StorageError:
    return StorageError(f"{path}: {what}", hint="fetch the release once more", repeat=False)


def passages_by_document(release: ReleaseFolder, documents: Iterable[str]) -> dict[str, frozenset[str]]:
    """Folded hashes of the passages of some documents."""
    found: dict[str, set[str]] = {document: set() for document in documents}
    for row in release.rows("passages", columns=["document_id", FOLDED]):
        document = document_of("passages", row)
        if document in found:
            found[document].add(str(row[FOLDED]))
    return {document: frozenset(passages) for document, passages in found.items()}
