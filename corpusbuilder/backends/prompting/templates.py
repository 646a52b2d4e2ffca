"""The language of all prompts: Jinja2 in a sandbox, for plain text."""

from functools import lru_cache
from typing import Final

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from corpusbuilder.errors import ConfigError
from corpusbuilder.records.prompt import Prompt


def new_environment() -> ImmutableSandboxedEnvironment:
    """A sandbox in which a name that is not there is an error; lines that hold nothing but a tag leave no trace."""
    # What is rendered is plain text for a model or a data set, never HTML.
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )


_PLAIN: Final = new_environment()


def rendered(prompt: Prompt, **values: object) -> str:
    """The whole text of a prompt with ``values`` filled in, ending with one line feed.

    Raises:
        ConfigError: it does not render; the message names the prompt.
    """
    try:
        return _template(prompt.text).render(values).strip() + "\n"
    except TemplateError as error:
        raise ConfigError(f"prompt {prompt.id}: {error.message or error}") from error


@lru_cache(maxsize=256)
def _template(source: str) -> Template:
    return _PLAIN.from_string(source)
