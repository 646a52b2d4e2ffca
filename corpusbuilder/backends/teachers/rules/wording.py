"""Puts candidates into words with the prompts: Markdown sections of variants, rendered by a sandboxed Jinja2."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from jinja2 import Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from corpusbuilder.backends.prompting.templates import new_environment
from corpusbuilder.backends.teachers.rules.candidate import draw
from corpusbuilder.backends.teachers.rules.nouns import capitalised, of_quoted_french, quoted
from corpusbuilder.errors import ConfigError
from corpusbuilder.records.prompt import Prompt

_SECTION: Final = re.compile(r"^## +(.+?) *$", re.MULTILINE)
_VARIANT: Final = re.compile(r"^- +(.+?) *$", re.MULTILINE)


class Wording:
    """The prompts of one language, ready to render."""

    def __init__(self, prompts: Mapping[str, Prompt], language: str, seed: int) -> None:
        self._prompts = prompts
        self._language = language
        self._seed = seed

    def prompt(self, form: str) -> Prompt:
        """The prompt that words a form.

        Raises:
            ConfigError: there is none.
        """
        if form not in self._prompts:
            raise ConfigError(f"there is no prompt rules/{form} in {self._language!r}")
        return self._prompts[form]

    def say(self, form: str, section: str, slots: Mapping[str, object], *key: str) -> str:
        """One variant of a section, chosen by ``key`` and the seed, with ``slots`` filled in.

        Raises:
            ConfigError: the prompt has no such section, or a variant does not render; the message names the prompt.
        """
        prompt = self.prompt(form)
        variants = _variants(prompt.text).get(section, ())
        if not variants:
            raise ConfigError(f"prompt {prompt.id}: the section '## {section}' is missing or has no variants")
        variant = variants[draw(self._seed, prompt.id, section, *key) % len(variants)]
        try:
            return _template(_typeset(variant, self._language), self._language).render(slots)
        except TemplateError as error:
            raise ConfigError(f"prompt {prompt.id}, section '## {section}': {error.message or error}") from error


@cache
def _variants(text: str) -> dict[str, tuple[str, ...]]:
    """The bullets of each section by the section's title."""
    titles = list(_SECTION.finditer(text))
    ends = [title.start() for title in titles[1:]] + [len(text)] * bool(titles)
    return {title[1]: tuple(_VARIANT.findall(text[title.end() : end])) for title, end in zip(titles, ends, strict=True)}


def _typeset(variant: str, language: str) -> str:
    """French spacing: a narrow no-break space before ? ! ; and a no-break space before : and inside guillemets."""
    if language != "fr":
        return variant
    tight = re.sub(r" (?=[?!;])", "\u202f", variant)
    return re.sub(r" (?=[:»])|(?<=«) ", "\u00a0", tight)


@cache
def _template(source: str, language: str) -> Template:
    return _environment(language).from_string(source)


@cache
def _environment(language: str) -> ImmutableSandboxedEnvironment:
    environment = new_environment()
    filters: dict[str, Any] = {
        "cap": capitalised,
        "q": lambda text: quoted(text, language),
        "listed": lambda items: _listed(items, language),
        "de_q": of_quoted_french,
        "listed_de": lambda items: _joined([of_quoted_french(item) for item in items], language),
    }
    environment.filters.update(filters)
    return environment


def _listed(items: tuple[str, ...], language: str) -> str:
    """Quoted items joined as a list in a sentence."""
    return _joined([quoted(item, language) for item in items], language)


def _joined(items: list[str], language: str) -> str:
    if len(items) < 2:
        return "".join(items)
    last = " et " if language == "fr" else " and "
    return ", ".join(items[:-1]) + last + items[-1]
