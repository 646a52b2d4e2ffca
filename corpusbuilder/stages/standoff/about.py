"""What the card of a stand-off release says of its columns, beside what the card of any release says."""

from typing import Final

from corpusbuilder.stages.standoff.encoding import MARK

COLUMNS: Final = f"""
## How the texts and images were taken out

The columns are those of the full release, with these differences:

- Where words are the sources', strings have the mark `{MARK}`. The column `taken` has one entry for each mark
  of its row, in the order of the columns: the `sha256` of the text it is taken from, `start` and `end` (code
  points, end exclusive), and a `case` (`lower`, `upper`, `capital`, `small`, `title`) where the characters were turned
  into another one. A null `sha256` is a mark that an annotator wrote.
- `image_file` stands in the place of `image`: `name`, `sha256` of the file, `pixels_sha256` of its pixels
  (RGBA), `width` and `height`.
- `passages` has `folded_sha256`: the hash of the words without case, accents, punctuation and line breaks, by
  which another printing of the same book is known.

Whatever annotators and models wrote themselves is there as they wrote it. Taken out are all passages, captions,
labels, headings and quotes, choices and answers that are one of these, and in all other strings every run of
four words or more that stands in a source; titles are cut in the same way. A hash of a short text can be
guessed by whoever tries all words: hashes prove what a text is, they do not hide it.

PDFs may have any names: they are found by the `sha256` in `documents`. With all of them at hand the files of
the full release come out byte for byte; their checksums are in `full-release.json`. Another scan or printing of
a book is used as far as the hashes of its texts and images agree; page coordinates are then still those of the
printing that was used here.
"""
