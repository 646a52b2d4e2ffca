"""A versioned prompt."""

from corpusbuilder.records.base import Record


class Prompt(Record):
    """One prompt file: its name, language and text."""

    id: str
    """``<task>/<name>.v<N>.<language>``."""
    task: str
    """The folder: who uses it."""
    name: str
    version: int
    language: str
    """``en`` or ``fr``."""
    output_schema: str | None = None
    """Name of the schema that answers must follow."""
    text: str
    """The body: a Jinja2 template."""
    sha256: str
    """Of the whole file."""
