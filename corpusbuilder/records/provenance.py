"""Who or what produced an object."""

from datetime import datetime

from pydantic import JsonValue

from corpusbuilder.records.base import Record


class Provenance(Record):
    """One per produced object. Fields that do not apply are null."""

    producer: str
    """The backend, such as ``rules`` or ``openai``."""
    model: str | None = None
    """The model's name, as the endpoint knows it."""
    revision: str | None = None
    """What the endpoint says answered, such as a dated snapshot or a commit; or the version of a producer that calls no
    model."""
    prompt_id: str | None = None
    """Such as ``rules/definition.v1.en``."""
    prompt_sha256: str | None = None
    sampling: tuple[tuple[str, JsonValue], ...] = ()
    """Sampling parameters that were sent, by name."""
    request_key: str | None = None
    """Key of the call in the ledger."""
    tool_version: str
    """Version of corpusbuilder."""
    time: datetime | None = None
    """When a model answered; null for what can be computed again at will."""
