"""References to figures in the text: found by their words, resolved by links, printed numbers, order and position."""

from corpusbuilder.stages.parse.mentions.find import FoundMentions, find_mentions

__all__ = ["FoundMentions", "find_mentions"]
