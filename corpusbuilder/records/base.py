"""The base of all records: frozen, closed, and documented field by field."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """Immutable data with no unknown fields. A docstring under a field is its description in the JSON Schema."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
