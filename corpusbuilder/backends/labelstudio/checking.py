"""Every task is checked against the labeling config before it is sent: the server takes what its page cannot show.

A wrong result shows as an empty page or an annotation that blocks every later change of the config; the server itself
accepts unknown tags and boxes outside of the image.
"""

import math
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final

from corpusbuilder.backends.labelstudio.page import labeling_config
from corpusbuilder.backends.labelstudio.shapes import MAX_POINTS
from corpusbuilder.backends.labelstudio.tasks import Task
from corpusbuilder.errors import MissingExtraError, RecordError

INDEX: Final = "{{idx}}"
"""What stands for the number of a step in the labeling config."""
OBJECTS: Final = ("Image", "Text")
DATA: Final = ("example_id", "version", "language", "question", "book", "note", "why", "figure", "caption", "passage")
"""What must be there, and words."""
NEEDED: Final = ("id", "type", "from_name", "to_name", "value")
"""Of every result but relations."""
SLACK: Final = 1e-6
"""Percent that rounding may add."""


@dataclass(frozen=True, slots=True)
class _Control:
    """A control tag of the labeling config."""

    kind: str
    target: str
    values: frozenset[str]
    """The choices; empty for other controls."""


def check_task(task: Task, language: str) -> None:
    """Refuse a task that the page cannot show or a reader could not read back.

    Args:
        task: to be sent.
        language: of the page.

    Raises:
        RecordError: ``invalid_task``; the message names the first things that are wrong.
        MissingExtraError: label-studio-sdk is not installed.
    """
    problems = [*_data_problems(task.data)] or [*_result_problems(task, language)]
    if not problems:
        problems = _problems_of(language, len(task.data["steps"]))(task.prediction)
    if problems:
        shown = "; ".join(problems[:3])
        raise RecordError("invalid_task", f"task for {task.data.get('example_id')}: {shown}")


def _data_problems(data: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{name} is missing" for name in DATA if not isinstance(data.get(name), str))
    yield from (f"{name} is empty" for name in DATA if data.get(name) == "" and name != "note")
    steps = data.get("steps")
    if not isinstance(steps, list) or not all(isinstance(step, dict) and step.get("name") for step in steps):
        yield "steps are missing"
    for name in ("labels", "span_labels"):
        values = [label.get("value") for label in data.get(name, ())]
        if len(set(values)) != len(values):
            yield f"{name} has a label twice"


def _result_problems(task: Task, language: str) -> Iterator[str]:
    results: list[dict[str, Any]] = task.prediction["result"]
    score = task.prediction.get("score")
    if not isinstance(score, int | float) or not 0 <= score <= 1:
        yield f"score {score}"
    controls = _controls(language, len(task.data.get("steps") or ()))
    named: dict[str, list[str]] = {}
    for result in results:
        if result.get("type") == "relation":
            continue
        if lost := [key for key in NEEDED if key not in result]:
            yield f"a result has no {lost[0]}"
            continue
        named.setdefault(result["id"], []).append(result["from_name"])
        yield from (f"{result['id']}: {problem}" for problem in _problems(result, controls, task.data))
    for identity, names in named.items():
        if len(names) > 1 and sorted(names) not in (["box", "region"], ["polygon", "region"]):
            yield f"{identity} occurs {len(names)} times"
    for result in results:
        ends = [str(result.get("from_id")), str(result.get("to_id"))]
        if result.get("type") == "relation" and not named.keys() >= set(ends):
            yield f"a relation joins {' and '.join(ends)}"


def _problems(result: Mapping[str, Any], controls: Mapping[str, _Control], data: Mapping[str, Any]) -> Iterator[str]:
    name, kind, value = result["from_name"], result["type"], result["value"]
    control = controls.get(name)
    if control is None or (kind, result["to_name"]) != (control.kind, control.target):
        yield f"no {kind} called {name} for {result['to_name']} is on the page"
        return
    if kind == "choices" and not (value["choices"] and set(value["choices"]) <= control.values):
        yield f"choices {value['choices']}"
    if kind == "textarea" and not (len(value["text"]) == 1 and isinstance(value["text"][0], str)):
        yield "not one text"
    if kind == "labels":
        known = {label["value"] for label in data["labels" if name == "region" else "span_labels"]}
        if len(value["labels"]) != 1 or value["labels"][0] not in known:
            yield f"labels {value['labels']}"
    if result["to_name"] == "figure":
        yield from _shape_problems(result)
    if name == "span":
        start, end = value["start"], value["end"]
        if not 0 <= start < end <= len(data["passage"]) or data["passage"][start:end] != value["text"]:
            yield f"characters {start} to {end} are not its text"


def _shape_problems(result: Mapping[str, Any]) -> Iterator[str]:
    value = result["value"]
    if min(result["original_width"], result["original_height"]) <= 0:
        yield "the image has no size"
    points: Sequence[Sequence[float]] = value.get("points") or _corners(value)
    if not all(math.isfinite(number) and -SLACK <= number <= 100 + SLACK for point in points for number in point):
        yield "it does not lie on the image"
    if "points" in value and not 3 <= len(points) <= MAX_POINTS:
        yield f"a polygon of {len(points)} points"


def _corners(value: Mapping[str, float]) -> list[tuple[float, float]]:
    return [(value["x"], value["y"]), (value["x"] + value["width"], value["y"] + value["height"])]


@cache
def _expanded(language: str, steps: int) -> ET.Element:
    """The labeling config as the page builds it for a number of steps."""
    root = ET.fromstring(labeling_config(language))  # noqa: S314 - our own file
    for parent in root.iter():
        for place, child in enumerate(parent):
            if child.tag == "Repeater":
                parent.remove(child)
                inner = "".join(ET.tostring(part, encoding="unicode") for part in child)
                copies = "".join(inner.replace(INDEX, str(number)) for number in range(steps))
                parent.insert(place, ET.fromstring(f"<View>{copies}</View>"))  # noqa: S314 - our own file
                break
    return root


@cache
def _controls(language: str, steps: int) -> Mapping[str, _Control]:
    return {
        tag.attrib["name"]: _Control(
            kind=tag.tag.lower(),
            target=tag.attrib["toName"],
            values=frozenset(choice.get("alias") or choice.attrib["value"] for choice in tag.iter("Choice")),
        )
        for tag in _expanded(language, steps).iter()
        if "name" in tag.attrib and tag.tag not in OBJECTS
    }


@cache
def _problems_of(language: str, steps: int) -> Callable[[Mapping[str, Any]], list[str]]:
    """Label Studio's own check of a prediction. It does not know Repeaters, so that it is given a config without."""
    try:
        from label_studio_sdk.label_interface.interface import LabelInterface
    except ImportError as error:
        raise MissingExtraError("label_studio_sdk", "review", purpose="checking tasks for Label Studio") from error
    interface = LabelInterface(ET.tostring(_expanded(language, steps), encoding="unicode"))
    return partial(interface.validate_prediction, return_errors=True)
