"""JSON Schemas of the records and of the configuration, generated from the code."""

import json
from typing import Any, Final

from pydantic import BaseModel

from corpusbuilder import records
from corpusbuilder.backends import registry
from corpusbuilder.config import Config

RECORDS: Final[tuple[type[BaseModel], ...]] = (
    records.Document,
    records.Block,
    records.Passage,
    records.Figure,
    records.Diagram,
    records.Unit,
    records.Example,
    records.ReasoningStep,
    records.RegionEvidence,
    records.SpanEvidence,
    records.GroundedExample,
    records.Verdict,
    records.VerifiedExample,
    records.Correction,
    records.Annotation,
    records.Shown,
    records.Review,
    records.ReviewedExample,
    records.AgreementReport,
    records.Provenance,
    records.Prompt,
)


def all_schemas() -> dict[str, dict[str, Any]]:
    """JSON Schema (draft 2020-12) by name, one per record and one for the config file."""
    schemas = {record.__name__: record.model_json_schema() for record in RECORDS}
    config = Config.model_json_schema()
    # Which options a teacher has depends on its kind, so the schema offers those of every built-in.
    config["$defs"]["GenerateSection"]["properties"]["teacher"] = {"anyOf": _options("teachers")}
    return {**schemas, "Config": config}


def dumps(schema: dict[str, Any]) -> str:
    """A schema as it is written to a file."""
    return (
        json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, indent=2, ensure_ascii=False)
        + "\n"
    )


def _options(family: registry.Family) -> list[dict[str, Any]]:
    own = [kind for kind, point in registry.available(family).items() if point.value.startswith("corpusbuilder.")]
    return [registry.find(family, kind).options.model_json_schema() for kind in own]
