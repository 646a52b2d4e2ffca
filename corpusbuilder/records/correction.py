"""What a person changed."""

from datetime import datetime

from pydantic import JsonValue

from corpusbuilder.records.base import Record


class Correction(Record):
    """One change to one field. Appended, never written over."""

    example_id: str
    field: str
    """Path of the field, such as ``steps.2.text``."""
    before: JsonValue
    after: JsonValue
    annotator: str
    """Pseudonym; never an e-mail address."""
    task_id: int
    """Label Studio's."""
    annotation_id: int
    """Label Studio's."""
    time: datetime
