"""What stands in a release of each document, as one digest: two releases are compared by it."""

import hashlib
import json
from collections import Counter
from typing import Any, Final

from corpusbuilder.records.release import ReleasedDocument
from corpusbuilder.stages.release.write import Row

_UNTIED: Final = {"split"}
"""Columns that do not count: a document that stands in another split is still the same."""


class RowDigests:
    """Takes every row of a release, the rows of a document in a fixed order."""

    def __init__(self) -> None:
        self._hashes: dict[str, Any] = {}
        self._counts: dict[str, Counter[str]] = {}

    def add(self, document_id: str, config: str, row: Row) -> None:
        """Count a row of a document."""
        whole = self._hashes.setdefault(document_id, hashlib.sha256())
        plain = {key: value for key, value in row.items() if key not in _UNTIED}
        image = plain.get("image")
        if image is not None:
            plain["image"] = image["path"]  # its name is the digest of its bytes
        whole.update(json.dumps([config, plain], ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))
        self._counts.setdefault(document_id, Counter())[config] += 1

    def documents(self) -> dict[str, ReleasedDocument]:
        """By id, sorted."""
        return {
            document: ReleasedDocument(
                digest=whole.hexdigest(),
                **{name: self._counts[document][name] for name in ("examples", "figures", "passages")},
            )
            for document, whole in sorted(self._hashes.items())
        }
