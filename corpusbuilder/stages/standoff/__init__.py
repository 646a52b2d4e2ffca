"""A full release -> one without a word or pixel of its sources, and the way back to the full one."""

from corpusbuilder.stages.standoff.encoding import MARK, Copy, decode, encode, marked
from corpusbuilder.stages.standoff.rows import (
    FOLDED,
    IMAGE_FILE,
    TAKEN,
    copies_of,
    decode_row,
    encode_row,
    image_file_of,
    standoff_features,
    strings_of,
)
from corpusbuilder.stages.standoff.scan import LeakScan, image_in, readings
from corpusbuilder.stages.standoff.sources import SourceIndex, SourceTexts, digest_of, folded_digest

__all__ = [
    "FOLDED",
    "IMAGE_FILE",
    "MARK",
    "TAKEN",
    "Copy",
    "LeakScan",
    "SourceIndex",
    "SourceTexts",
    "copies_of",
    "decode",
    "decode_row",
    "digest_of",
    "encode",
    "encode_row",
    "folded_digest",
    "image_file_of",
    "image_in",
    "marked",
    "readings",
    "standoff_features",
    "strings_of",
]
