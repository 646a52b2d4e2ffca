"""The records of labels, in pixels of the figure's image."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from corpusbuilder.diagrams.canvas import Canvas
from corpusbuilder.diagrams.labels import Role
from corpusbuilder.diagrams.scene import Scene, box_of
from corpusbuilder.records.diagram import DiagramLabel
from corpusbuilder.records.ids import content_id

Method: TypeAlias = Literal["text_layer", "ocr"]


def record_labels(scene: Scene, canvas: Canvas, method: Method, along: Mapping[int, int]) -> list[DiagramLabel]:
    """One label per text, in the same order."""
    out = []
    for t, text in enumerate(scene.texts):
        polygon = canvas.line(text.ring)
        box = canvas.box(box_of(scene, t))
        shape = scene.outlines.get(t, scene.markers.get(t))
        outline = None if shape is None else canvas.line(scene.tracks[shape].points)
        words = [word.confidence for line in text.lines for word in line]
        sure = sum(words) / len(words)
        out.append(
            DiagramLabel(
                id=content_id("lab", canvas.figure_id, list(box), text.content),
                text=text.content,
                box=box,
                polygon=polygon,
                outline=outline,
                role=_role(scene, t, along),
                method=method,
                score=round(min(max(sure, 0.0), 1.0) * (0.99 if len(text.lines) == 1 else 0.97), 3),
            )
        )
    return out


def _role(scene: Scene, text: int, along: Mapping[int, int]) -> Role:
    if text in scene.keys:
        return "legend"
    if text in scene.callouts:
        return "number"
    return "connector_label" if text in along.values() else "text"
