"""Ids that follow from content: the same content has the same id on every machine and in every run."""

import hashlib
import json
from typing import Final

from pydantic import JsonValue

DIGEST_BYTES: Final = 10
"""80 bits: the chance of one collision among ten million ids is about 4e-11."""


def canonical_json(value: JsonValue) -> bytes:
    """The one byte string that stands for ``value``: sorted keys, no blanks, UTF-8.

    Raises:
        ValueError: ``value`` holds NaN or an infinity.
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def content_id(prefix: str, *content: JsonValue) -> str:
    """``prefix`` and the blake2b digest of ``content``, such as ``fig-1f0a…`` (20 hex digits).

    Numbers enter the digest as they are written in JSON: round floats before.
    """
    digest = hashlib.blake2b(canonical_json(list(content)), digest_size=DIGEST_BYTES)
    return f"{prefix}-{digest.hexdigest()}"


def document_id(source_sha256: str) -> str:
    """The id of the document whose file has this SHA-256 (64 hex digits). The file name plays no part."""
    return content_id("doc", source_sha256)
