"""The built-in teacher: no model, only rules. It asks what a schoolbook lets one ask with certainty."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final, Literal

from corpusbuilder.backends.registry import Backend, Options
from corpusbuilder.backends.teachers.base import Teacher

SENTENCE_MODELS: Final = {"en": "en_core_web_sm", "fr": "fr_core_news_sm"}
"""spaCy models that find sentence ends better than our rules; used when they are installed."""


class RulesOptions(Options):
    """Nothing to set: ``[generate]`` says how many questions, of which types, and with which seed."""

    kind: Literal["rules"] = "rules"

    def fingerprint(self) -> dict[str, Any]:
        """The kind, and per language what finds the ends of sentences."""
        return {"kind": self.kind} | {f"sentences {language}": _splitter(language) for language in SENTENCE_MODELS}


def _splitter(language: str) -> str:
    model = SENTENCE_MODELS[language]
    try:
        return f"{model} {version(model)}"
    except PackageNotFoundError:
        return "rules"


def _create(options: RulesOptions) -> Teacher:  # noqa: ARG001 - every backend is created from its options
    from corpusbuilder.backends.teachers.rules.teacher import RulesTeacher

    return RulesTeacher()


BACKEND = Backend(options=RulesOptions, create=_create)
