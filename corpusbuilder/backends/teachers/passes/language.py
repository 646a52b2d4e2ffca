"""Whether a teacher wrote in the language that it was asked for."""

from corpusbuilder.records.language import is_in

__all__ = ["is_in"]
