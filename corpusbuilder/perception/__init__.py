"""What a model has to make out to see a region: its shape, its size and place, and the tokens that carry it.

A library for training and evaluation, on records and on released rows. No other part of corpusbuilder is needed, and
nothing of transformers is imported: processors and tokenizers come as arguments.

- `shapes`: polygons, box, dense mask and area of a region; `rle`: its mask as COCO run lengths.
- `strata`: relative area, least side, distractors, place and contrast.
- `visual`: the visual tokens that a Hugging Face processor makes of a region; `text`: the tokens of a span of text;
  `marking`: both as masks, and their positions in a prompt.
"""

from corpusbuilder.perception.marking import positions, token_mask
from corpusbuilder.perception.rle import coco_rle
from corpusbuilder.perception.shapes import mask, polygons
from corpusbuilder.perception.strata import Perception, describe
from corpusbuilder.perception.text import TextTokens, text_tokens
from corpusbuilder.perception.visual import VisualTokens, visual_tokens

__all__ = [
    "Perception",
    "TextTokens",
    "VisualTokens",
    "coco_rle",
    "describe",
    "mask",
    "polygons",
    "positions",
    "text_tokens",
    "token_mask",
    "visual_tokens",
]
