"""Texts of strangers as they may stand between the control tokens of a trainer.

A trainer finds images, boxes and turns by strings such as ``<image>``, ``<bbox>``, ``<|im_end|>`` or ``</think>``,
wherever they stand. A question that contains one would move an image or end a turn, so its brackets are written with
look-alikes that no tokenizer knows: ``‹image›``.
"""

import re
from typing import Final

_TAG: Final = re.compile(r"<(?=[^\W\d]|[/|_!｜])([^<>\s]{1,64})>")
"""Without white space, and no number first: ``a < b`` and ``<5 cm>`` are mathematics."""
_BRACKETED: Final = re.compile(
    r"\[(/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|IMG|IMG_BREAK|IMG_END))\]"
)
"""The control tokens of Mistral and Llama 2."""
_TURN: Final = re.compile(r"(ASSISTANT):")
"""Where the reader of LLaVA splits a conversation into question and answer."""
_BREAKS: Final = re.compile(r"[ \t\n\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]+")
"""White space but for the spaces that do not break, which belong to French punctuation."""
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")


class SafeText:
    """Makes texts safe, and counts what it had to change."""

    def __init__(self) -> None:
        self.changed = 0
        """Number of control sequences made harmless so far."""

    def __call__(self, text: str) -> str:
        """``text`` as one line in which nothing can be taken for a control token."""
        line = _BREAKS.sub(" ", _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)).strip()
        for pattern, harmless in ((_TAG, r"‹\1›"), (_BRACKETED, r"⟦\1⟧"), (_TURN, "\\1\N{RATIO}")):
            line, changed = pattern.subn(harmless, line)
            self.changed += changed
        return line

    def notes(self) -> tuple[str, ...]:
        """A sentence on what was changed; none when nothing was."""
        if not self.changed:
            return ()
        note = (
            f"{self.changed:,} sequences in texts that a trainer could take for control tokens, such as <image>, "
            "are written with look-alikes: ‹image›"
        )
        return (note,)
