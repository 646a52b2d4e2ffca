"""Values that fit a JSON schema, made from the schema and a key; and OpenAI's own rules for strict schemas."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fakes.options import fraction

DEPTH = 8
"""From here on a recursive schema takes its shortest way out."""
DEPTH_OF_LONG_ARRAYS = 4
"""From here on arrays are as short as they may be, or a tree would grow without end."""
WORDS = [
    "stem",
    "leaf",
    "root",
    "river",
    "delta",
    "valve",
    "pump",
    "heart",
    "lung",
    "cloud",
    "vapour",
    "rock",
    "magma",
    "orbit",
    "light",
    "lens",
    "mirror",
    "cell",
    "wall",
    "starch",
    "sugar",
    "water",
    "salt",
    "acid",
]


def value_for(schema: Mapping[str, Any], key: str) -> Any:
    """A value that fits ``schema``; the same for the same ``key``."""
    return _Maker(schema).make(schema, key, 0)


class _Maker:
    def __init__(self, root: Mapping[str, Any]):
        self.root = root

    def make(self, schema: Mapping[str, Any] | bool, key: str, depth: int) -> Any:
        schema = self.resolved(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return pick(schema["enum"], key)
        for word in ("anyOf", "oneOf"):
            if word in schema:
                return self.make(self.option(schema[word], key, depth), key, depth + 1)
        kind = self.kind(schema, key, depth)
        if kind == "object":
            return self.mapping(schema, key, depth)
        if kind == "array":
            return self.array(schema, key, depth)
        return scalar(kind, schema, key)

    def resolved(self, schema: Mapping[str, Any] | bool) -> dict[str, Any]:
        """Follow ``$ref`` inside the document and merge ``allOf``."""
        found = dict(schema) if isinstance(schema, Mapping) else {}
        while "$ref" in found:
            target: Any = self.root
            for part in found.pop("$ref").removeprefix("#").split("/")[1:]:
                target = target[part.replace("~1", "/").replace("~0", "~")]
            found = {**target, **found}
        for part in found.pop("allOf", ()):
            more = self.resolved(part)
            properties = {**found.get("properties", {}), **more.get("properties", {})}
            found = {**found, **more, **({"properties": properties} if properties else {})}
        return found

    def option(self, options: Sequence[Mapping[str, Any]], key: str, depth: int) -> Mapping[str, Any]:
        if depth < DEPTH:
            return pick(options, f"{key}|option")
        return min(options, key=lambda option: len(json.dumps(self.resolved(option))))

    def kind(self, schema: Mapping[str, Any], key: str, depth: int) -> str:
        kind = schema.get("type")
        if kind is None:
            return "object" if "properties" in schema else "array" if "items" in schema else "string"
        if isinstance(kind, str):
            return kind
        if depth >= DEPTH and "null" in kind:
            return "null"
        return pick(kind, f"{key}|type")

    def mapping(self, schema: Mapping[str, Any], key: str, depth: int) -> dict[str, Any]:
        required = schema.get("required", ())
        names = [name for name in schema.get("properties", {}) if depth < DEPTH or name in required]
        return {name: self.make(schema["properties"][name], f"{key}.{name}", depth + 1) for name in names}

    def array(self, schema: Mapping[str, Any], key: str, depth: int) -> list[Any]:
        fixed = schema.get("prefixItems", ())
        fewest = max(schema.get("minItems", 0), 1 if depth < DEPTH else 0)
        longer = 2 if depth < DEPTH_OF_LONG_ARRAYS else 0
        most = max(min(schema.get("maxItems", 3), fewest + longer), schema.get("minItems", 0))
        length = min(fewest + int(fraction(key, "length") * (most - fewest + 1)), most)
        if not fixed and schema.get("items") is False:
            return []
        values: list[Any] = []
        attempt = 0
        while len(values) < max(length, len(fixed)) and attempt < 50:
            item = fixed[len(values)] if len(values) < len(fixed) else schema.get("items", {})
            value = self.make(item, f"{key}[{attempt}]", depth + 1)
            attempt += 1
            if not (schema.get("uniqueItems") and value in values):
                values.append(value)
        return values


def scalar(kind: str, schema: Mapping[str, Any], key: str) -> Any:
    """A string, number, boolean or null."""
    if kind == "null":
        return None
    if kind == "boolean":
        return fraction(key) < 0.5
    if kind in {"integer", "number"}:
        return number(kind, schema, key)
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", 10_000)
    text = sentence(key)
    while len(text) < shortest:
        text += " " + sentence(f"{key}|{len(text)}")
    return text[:longest].rstrip().ljust(shortest, "x")


def number(kind: str, schema: Mapping[str, Any], key: str) -> float:
    """A number inside its bounds."""
    step = 1 if kind == "integer" else 0.001
    low = schema.get("minimum", schema["exclusiveMinimum"] + step if "exclusiveMinimum" in schema else None)
    high = schema.get("maximum", schema["exclusiveMaximum"] - step if "exclusiveMaximum" in schema else None)
    low = (0 if high is None else min(0, high)) if low is None else low
    high = max(low, 1 if kind == "number" else low + 9) if high is None else high
    value = low + fraction(key) * (high - low)
    return min(int(value + 0.5), int(high)) if kind == "integer" else min(round(value, 3), high)


def sentence(key: str) -> str:
    """Three to six plausible words."""
    return " ".join(pick(WORDS, f"{key}#{i}") for i in range(3 + int(fraction(key, "words") * 4)))


def pick(options: Sequence[Any], key: str) -> Any:
    """One of the options, by the key."""
    return options[int(fraction(key, "pick") * len(options))]


def strictness_error(schema: Any, path: str = "()") -> str | None:
    """What OpenAI's strict mode would refuse: an object that is open, or a property that is not required."""
    for where, part in _objects(schema, path):
        if part.get("additionalProperties") is not False:
            return f"In context={where}, 'additionalProperties' is required to be supplied and to be false."
        missing = [name for name in part.get("properties", {}) if name not in part.get("required", ())]
        if missing:
            return f"In context={where}, 'required' must include every key in properties. Missing '{missing[0]}'."
    return None


def _objects(schema: Any, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(schema, Mapping):
        if schema.get("type") == "object" or isinstance(schema.get("properties"), Mapping):
            yield path, schema
        for name in ("properties", "$defs", "definitions"):
            for key, part in schema.get(name, {}).items():
                yield from _objects(part, f"{path}.{key}")
        for name in ("items", "anyOf", "oneOf", "allOf", "prefixItems"):
            yield from _objects(schema.get(name), f"{path}.{name}")
    elif isinstance(schema, list):
        for i, part in enumerate(schema):
            yield from _objects(part, f"{path}.{i}")


def schema_in_text(text: str) -> dict[str, Any] | None:
    """The last JSON schema of an object that stands in a prompt, as a model would read it."""
    decoder = json.JSONDecoder()
    found, start = None, text.find("{")
    while start >= 0:
        try:
            value, end = decoder.raw_decode(text, start)
        except ValueError:
            end = start + 1
        else:
            if isinstance(value, dict) and isinstance(value.get("properties"), dict):
                found = value
        start = text.find("{", end)
    return found
