"""Rows as Parquet: shards of bounded size in groups of bounded size. The same rows give the same bytes."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from pyarrow import Schema
    from pyarrow.parquet import ParquetWriter

Row: TypeAlias = dict[str, Any]

SHARD_BYTES: Final = 400_000_000
_IMAGE_COLUMNS: Final = frozenset({"image", "images"})
_IMAGE_GROUP_ROWS: Final = 100
_GROUP_ROWS: Final = 1000
_GROUP_IMAGE_BYTES: Final = 64_000_000
"""The Hub's viewer reads row groups up to 300 MB."""
_DICTIONARY_BYTES: Final = 2 * _GROUP_IMAGE_BYTES
"""More than a group ever needs: Parquet's dictionary keeps an image once a group, however many rows show it."""


class SplitWriter:
    """The shards of one split; holds at most one row group in memory. Without a row there is no file."""

    def __init__(self, folder: Path, split: str, schema: "Schema", *, shard_bytes: int | None = SHARD_BYTES) -> None:
        """Write into ``folder``, which is made if need be.

        Args:
            folder: of the shards.
            split: the name they begin with.
            schema: of the rows; an image is ``{"bytes": …, "path": …}`` in a column ``image``, or a list of them in
                ``images``.
            shard_bytes: a shard that has become as large is followed by another; None: all rows in one.

        Raises:
            OSError: the folder cannot be made.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._split = split
        self._schema = schema
        self._group_rows = _GROUP_ROWS if _IMAGE_COLUMNS.isdisjoint(schema.names) else _IMAGE_GROUP_ROWS
        self._shard_bytes = shard_bytes
        self._pending: list[Row] = []
        self._pending_bytes = 0
        self._writer: ParquetWriter | None = None
        self._shards: list[Path] = []
        self.rows = 0

    def write(self, row: Row) -> None:
        """Add a row.

        Raises:
            OSError: the disk is full or read-only.
        """
        self._pending.append(row)
        self._pending_bytes += _image_bytes(row)
        self.rows += 1
        if len(self._pending) >= self._group_rows or self._pending_bytes >= _GROUP_IMAGE_BYTES:
            self._flush()

    def finish(self) -> list[Path]:
        """Close the last shard, and give all their final names, ``<split>-00000-of-00001.parquet``: the files made.

        Raises:
            OSError: the disk is full or read-only.
        """
        if self._pending:
            self._flush()
        self.close()
        number = len(self._shards)
        return [
            shard.rename(self._folder / f"{self._split}-{place:05d}-of-{number:05d}.parquet")
            for place, shard in enumerate(self._shards)
        ]

    def close(self) -> None:
        """Let go of the last shard. Without `finish`, what was written keeps names that no reader looks for.

        Raises:
            OSError: the disk is full or read-only.
        """
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.close()

    def _flush(self) -> None:
        from pyarrow import Table

        if self._writer is None:
            self._writer = self._open()
        table = Table.from_pylist(self._pending, schema=self._schema)
        self._writer.write_table(table, row_group_size=len(self._pending))
        self._pending, self._pending_bytes = [], 0
        if self._shard_bytes is not None and self._shards[-1].stat().st_size >= self._shard_bytes:
            self.close()

    def _open(self) -> "ParquetWriter":
        from pyarrow import parquet

        self._shards.append(self._folder / f"{self._split}-{len(self._shards):05d}.partial")
        return parquet.ParquetWriter(
            self._shards[-1],
            self._schema,
            compression="zstd",
            write_page_index=True,
            dictionary_pagesize_limit=_DICTIONARY_BYTES,
        )


def _image_bytes(row: Row) -> int:
    return sum(len(image["bytes"]) for image in (row.get("image"), *row.get("images", ())) if image)
