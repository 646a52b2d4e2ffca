"""A workspace that people have reviewed, without any server: what was sent and said is written where a push and a pull
would write it, and made into reviews by the real stage."""

from itertools import count

import review_corpus
from annotated import Page

from corpusbuilder.config import Config
from corpusbuilder.pipeline.build import BuildReport, run_stages
from corpusbuilder.pipeline.reviewfiles import Annotators, ProjectState, ReviewFiles
from corpusbuilder.pipeline.reviewing.selecting import verified
from corpusbuilder.pipeline.specs import load_units
from corpusbuilder.pipeline.status import looker

URL = "http://127.0.0.1:8080"
PEOPLE = ("annotator-1", "annotator-2", "annotator-3")


class Desk:
    """Some examples, withheld and accepted, and what becomes of them."""

    def __init__(self, root, withheld=4, supported=2):
        self.workspace = review_corpus.corpus(root, withheld, documents=1, supported=supported)
        self.files = ReviewFiles(self.workspace)
        (self.document,) = self.workspace.document_ids("verify")
        self.records = list(verified(self.workspace))
        self._units = {unit.id: unit for unit in load_units(self.workspace, self.document)}
        self._numbers = count(1)
        self.files.write_annotators(Annotators(users=tuple((name, URL, n) for n, name in enumerate(PEOPLE, start=7))))
        self.files.write_project(ProjectState(url=URL, project_id=1, title="corpus", language="en"))

    def page(self, record, **shown):
        """What is shown of an example."""
        page = Page(record.grounded, self._units[record.example.unit_id])
        page.shown = page.shown.model_copy(update=shown)
        return page

    def send(self, *records, **shown):
        """As a push notes what it sends."""
        self.files.shown(self.document).append([self.page(record, **shown).shown for record in records])

    def say(self, record, decision, annotator="annotator-1", *, edit=lambda page: None, **shown):
        """As a pull keeps what somebody says."""
        page = self.page(record, **shown)
        edit(page)
        said = page.annotation(decision, annotation_id=next(self._numbers), annotator=annotator)
        self.files.annotations(self.document).append([said])

    def resolve(self):
        """Run the stage."""
        run_stages(looker(self.workspace, Config()), ["review"], BuildReport())

    def rewrite(self, records):
        """As if verification had come to this."""
        review_corpus.written(self.workspace, "verify", self.document, records)
