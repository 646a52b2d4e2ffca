"""Annotations as a browser makes them, for tests: what was sent comes back, and single things are changed by hand."""

import copy
import json
from datetime import UTC, datetime

import builders

from corpusbuilder.backends.grounders.base import GroundingQuery
from corpusbuilder.backends.grounders.diagram import DiagramGrounder, DiagramOptions
from corpusbuilder.backends.labelstudio.reading import read_annotation
from corpusbuilder.backends.labelstudio.tasks import build_task
from corpusbuilder.records import GroundedExample
from corpusbuilder.records.review import Annotation, Shown, version_of

TIME = datetime(2026, 5, 6, 7, 8, tzinfo=UTC)


def grounded(example, unit):
    """The example with the evidence that the exact grounder finds."""
    grounder = DiagramGrounder(DiagramOptions())
    queries = [GroundingQuery(unit=unit, example=example, step=step.index) for step in example.steps]
    return GroundedExample(example=example, groundings=tuple(grounder.ground(queries)))


def changed(version, step, **fields):
    """A grounded example with other fields of the grounding of one step."""
    groundings = [g.model_copy(update=fields) if g.step == step else g for g in version.groundings]
    return version.model_copy(update={"groundings": tuple(groundings)})


class Page:
    """One annotator before one example. What is not touched comes back as it was sent."""

    def __init__(self, version, unit=None):
        self.unit = unit or builders.unit(version.example.language)
        self.shown = Shown(key=version.id, version=version_of(version), purpose="withheld", grounded=version)
        self.task = build_task(self.shown, None, self.unit, language="en", image_url=lambda image: "/" + image.sha256)
        sent = json.loads(json.dumps(self.task.prediction["result"]))
        self.results = [{**result, "origin": "prediction"} for result in sent]
        self.cancelled = False

    def find(self, identity):
        """All results with this id."""
        return [result for result in self.results if result.get("id") == identity]

    def write(self, name, *texts):
        """Fill in a text field."""
        self._set(name, "textarea", {"text": list(texts)})

    def tick(self, name, *values):
        """Tick choices."""
        self._set(name, "choices", {"choices": list(values)})

    def _set(self, name, kind, value):
        self.remove(name)
        self.results.append({"id": name, "type": kind, "from_name": name, "to_name": "passage", "value": value})

    def remove(self, identity):
        """Delete a mark, or empty a field."""
        self.results = [result for result in self.results if result.get("id") != identity]

    def value(self, identity, **fields):
        """Change fields of the value of a mark, in its geometry and in its label."""
        for result in self.find(identity):
            result["value"].update({k: v for k, v in fields.items() if k != "labels" or "labels" in result["value"]})
            result["origin"] = "prediction-changed"

    def draw(self, identity, label, **value):
        """A box, or a polygon when there are points, in percent of the figure."""
        kind, name = ("polygon", "polygon") if "points" in value else ("rectangle", "box")
        common = {"id": identity, "to_name": "figure", "origin": "manual", "image_rotation": 0}
        self.results.append({**common, "type": kind, "from_name": name, "value": value})
        labelled = {**copy.deepcopy(value), "labels": [label]}
        self.results.append({**common, "type": "labels", "from_name": "region", "value": labelled})

    def mark(self, identity, label, start, end, text=None):
        """A span of the joined passages."""
        said = self.task.data["passage"][start:end] if text is None else text
        value = {"start": start, "end": end, "text": said, "labels": [label]}
        common = {"id": identity, "to_name": "passage", "origin": "manual"}
        self.results.append({**common, "type": "labels", "from_name": "span", "value": value})

    def annotation(self, decision="accept", **fields):
        """What the server has after a click on Submit."""
        decided = {"id": "dEc1-_x", "type": "choices", "from_name": "decision", "to_name": "passage"}
        end = [{**decided, "value": {"choices": [decision]}, "origin": "manual"}] if decision else []
        values = {
            "example_id": self.shown.key,
            "version": self.shown.version,
            "task_id": 7,
            "annotation_id": 9,
            "annotator": "annotator-1",
            "created_at": TIME,
            "updated_at": TIME,
            "seconds": 41.5,
            "cancelled": self.cancelled,
            "result": tuple(copy.deepcopy([*self.results, *end])),
        }
        return Annotation(**{**values, **fields})

    def read(self, decision="accept", **fields):
        """The review that it amounts to."""
        return read_annotation(self.annotation(decision, **fields), self.shown, self.unit)
