"""Made-up books of which stand-off releases are made, and readers' files that stand for their PDFs."""

import hashlib
import io
from dataclasses import dataclass

import release_corpus as corpus
from PIL import Image

from corpusbuilder.pipeline.runner import StageReport
from corpusbuilder.pipeline.shards import ShardReport
from corpusbuilder.pipeline.sources import known_sources
from corpusbuilder.records import Mention, Unit
from corpusbuilder.records.ids import document_id
from corpusbuilder.stages.standoff import encode_row
from corpusbuilder.store.workspace import Counts, DoneFile, RejectedInput, Workspace


@dataclass(frozen=True)
class Book:
    """One PDF, as bytes that nobody parses, and what the parse stage would find in it."""

    number: int
    pdf: bytes
    text: str
    title: str
    question: str | None = None
    compressed_anew: bool = False
    """The same pictures in other files."""

    @property
    def id(self):
        return document_id(hashlib.sha256(self.pdf).hexdigest())

    @property
    def image(self):
        data = corpus.png(f"f-{self.number}")
        if not self.compressed_anew:
            return data
        file = io.BytesIO()
        Image.open(io.BytesIO(data)).save(file, "png", compress_level=1)
        return file.getvalue()

    def as_input(self):
        digest = hashlib.sha256(self.pdf).hexdigest()
        about = corpus.document(self.id, source_sha256=digest, file_name=f"{self.number}.pdf", title=self.title)
        passage, n = corpus.passage(f"p-{self.number}", self.text, self.id), self.number
        more = corpus.passage(f"q-{n}", corpus.prose(f"more {n}"), self.id)
        mention = Mention(passage_id=passage.id, start=0, end=4, text=self.text[:4], method="number", score=1.0)
        figure = corpus.figure(
            f"f-{n}", self.id, data=self.image, mentions=(mention,), caption=f"Figure {n}. {corpus.prose(f'c{n}', 9)}"
        )
        unit = corpus.unit(about, [passage, more], [figure])
        asked = {"question": self.question} if self.question else {}
        examples = [corpus.text_example(f"x-{n}-t0", unit, **asked), corpus.figure_example(f"x-{n}-f0", unit)]
        return corpus.as_input([unit], examples)


def book(number, *, title=None, text=None, question=None, pdf=None):
    text = text or corpus.prose(f"text {number}")
    return Book(number, pdf or b"%%PDF-%d" % number, text, title or f"Book {number}", question)


def books(count):
    return [book(number) for number in range(count)]


def workspace(root, of):
    made = Workspace(root)
    fill(made, of)
    return made


def fill(made, of):
    """Shards as the stages would have written them."""
    for one in of:
        document = one.as_input()
        parse(made, one)
        _write(made, "verify", document.id, document.examples())


def parse(made, one, identity=None):
    """The shard and the images of the parse stage."""
    units = list(one.as_input().units())
    _write(made, "parse", identity or one.id, units)
    for figure in (figure for unit in units for figure in unit.figures):
        made.write_asset(figure.image.sha256, "image/png", one.image)


def _write(made, stage, document, records, rejected=()):
    lines = [record.model_dump_json().encode() for record in records]
    shard = made.shard(stage, document)
    digest = shard.write(lines, rejected)
    counts = Counts(inputs=len(lines), done=len(lines), rejected=0, outputs=len(lines))
    shard.write_done(DoneFile(fingerprint={}, input_sha256="", output_sha256=digest, counts=counts, seconds=0))


def parser_of(known):
    """Runs what stands for the parse stage: it finds in a file what the book with these bytes holds."""
    by_digest = {hashlib.sha256(one.pdf).hexdigest(): one for one in known}

    def run(made, config):
        reports = []
        for source in known_sources(made):
            identity = document_id(source.sha256)
            counts = Counts(inputs=1, done=1, rejected=0, outputs=1)
            rejected = ()
            if source.sha256 in by_digest:
                parse(made, by_digest[source.sha256], identity)
            else:
                rejected = (RejectedInput(input_id=identity, reason_code="not_a_pdf", message="this is not a PDF"),)
            reports.append(ShardReport(identity, counts, rejected))
        return StageReport("parse", tuple(reports), {})

    return run


def texts(made):
    """Every text of every source."""
    for document in made.document_ids("parse"):
        for unit in made.shard("parse", document).read(Unit):
            yield from (passage.text for passage in unit.passages)
            yield from (figure.caption for figure in unit.figures)


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


def files(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def encode_carelessly(config, row, index, more=None):
    """Leaves the text of passages where it is."""
    made = encode_row(config, row, index, more)
    return {**made, "text": row["text"]} if config == "passages" else made
