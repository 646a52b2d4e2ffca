"""Zero-shot detectors of a few kilobytes, saved as real ones are; what loads and runs them is the code of transformers.

The OWLs are not quite random: they find what is red, whatever they are asked for, and box it with a patch that has its
middle at the lower right corner of what they saw. The GroundingDINOs box the cells of their grid.
"""

from pathlib import Path
from typing import Any, Final

from corpusbuilder.records.geometry import Box

_WORDS: Final = "a an the of photo red blue green cell nucleus bird branch membrane arrow water heart ; , . ?"
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789éèêàçùœ'-’"
OWL_SIDE: Final = 64
OWL_PATCH: Final = 8
OWL_TEXT: Final = 40
"""Tokens of a phrase that an OWL reads, one a letter."""
CELLS: Final = OWL_SIDE // OWL_PATCH
"""Patches in a row of what an OWL sees."""
DINO_LONGEST: Final = 96
"""Pixels of the longer side of what a GroundingDINO sees."""
_SEED: Final = 8


def save_grounding_dino(folder: Path, *, kind: str = "GroundingDino") -> Path:
    """A GroundingDINO, or with ``kind="MMGroundingDino"`` one of the other make."""
    import transformers

    tokenizer = _bert_tokenizer()
    config = getattr(transformers, f"{kind}Config")(
        backbone_config=transformers.SwinConfig(
            image_size=DINO_LONGEST,
            embed_dim=8,
            depths=[1, 1, 1, 1],
            num_heads=[1, 1, 2, 2],
            window_size=3,
            out_indices=[2, 3, 4],
        ),
        text_config=transformers.BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=64,
        ),
        d_model=64,  # at least: it is normalised in 32 groups, and one number is none
        encoder_layers=1,
        decoder_layers=2,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        num_queries=12,
        max_text_len=32,
    )
    processor = transformers.GroundingDinoProcessor(
        transformers.GroundingDinoImageProcessorPil(size={"shortest_edge": 64, "longest_edge": DINO_LONGEST}),
        tokenizer,
    )
    with _seeded():
        model = getattr(transformers, f"{kind}ForObjectDetection")(config)
        _box_the_grid(model)
    return _save(folder, model, processor)


def save_owl(folder: Path, *, kind: str = "Owlv2") -> Path:
    """An OWLv2, or with ``kind="OwlViT"`` its elder."""
    import transformers

    tokenizer = _clip_tokenizer()
    shared = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    ids = tokenizer.convert_tokens_to_ids
    config = getattr(transformers, f"{kind}Config")(
        text_config={
            **shared,
            "vocab_size": len(tokenizer),
            "max_position_embeddings": OWL_TEXT,
            "bos_token_id": ids("<|startoftext|>"),
            "eos_token_id": ids("<|endoftext|>"),
            "pad_token_id": ids("!"),
        },
        vision_config={**shared, "image_size": OWL_SIDE, "patch_size": OWL_PATCH},
        projection_dim=16,
    )
    size = {"height": OWL_SIDE, "width": OWL_SIDE}
    rest = {"crop_size": size} if kind == "OwlViT" else {}
    processor = getattr(transformers, f"{kind}Processor")(
        getattr(transformers, f"{kind}ImageProcessorPil")(size=size, **rest), tokenizer
    )
    with _seeded():
        model = getattr(transformers, f"{kind}ForObjectDetection")(config)
        _see_red(model, processor)
    return _save(folder, model, processor)


def owl_box(column: int, row: int, frame: tuple[float, float]) -> Box:
    """The box that an OWL gives for a patch, in pixels, when what it sees is a picture of that size."""
    width, height = frame[0] / CELLS, frame[1] / CELLS
    return (column + 0.5) * width, (row + 0.5) * height, (column + 1.5) * width, (row + 1.5) * height


def _see_red(model: Any, processor: Any) -> None:
    """Make each patch be seen for itself, and score it by how red it is; a word of the phrase weighs little."""
    import torch
    from PIL import Image

    vision = getattr(model, "owlv2", None) or model.owlvit
    vision = vision.vision_model
    with torch.no_grad():
        for layer in vision.encoder.layers:
            _blank(layer.self_attn.out_proj)
            _blank(layer.mlp.fc2)
        vision.embeddings.position_embedding.weight.zero_()
        _blank(model.box_head.dense2)
        _blank(model.class_head.logit_scale)
        model.class_head.dense0.weight.zero_()
        model.class_head.dense0.bias.normal_()
        colours = {"red": 2.0, "white": -6.0, "black": -6.0, "blue": -6.0, "grey": -6.0}
        pictures = [Image.new("RGB", (OWL_SIDE, OWL_SIDE), colour) for colour in colours]
        pixels = processor.image_processor(images=pictures, return_tensors="pt")["pixel_values"]
        # What pads an image is black before it is normalised, or after: both are to be nothing.
        pixels = torch.cat([pixels, torch.zeros_like(pixels[:1])])
        seen = model.image_embedder(pixel_values=pixels)[0][:, 0, 0]
        wanted = torch.tensor([*colours.values(), -6.0])[:, None]
        solved = torch.linalg.lstsq(torch.cat([seen, torch.ones(len(seen), 1)], dim=1), wanted, driver="gelsd").solution
        model.class_head.logit_shift.weight.copy_(solved[:-1].T)
        model.class_head.logit_shift.bias.copy_(solved[-1])


def _box_the_grid(model: Any) -> None:
    """Make each query keep the cell of the grid that it begins with."""
    import torch

    with torch.no_grad():
        for head in (*model.bbox_embed, model.model.encoder_output_bbox_embed):
            _blank(head.layers[-1])


def _blank(linear: Any) -> None:
    linear.weight.zero_()
    linear.bias.zero_()


def _bert_tokenizer() -> Any:
    from transformers import BertTokenizerFast

    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces = [*marks, *_WORDS.split(), *_LETTERS, *(f"##{letter}" for letter in _LETTERS)]
    return BertTokenizerFast(vocab={piece: number for number, piece in enumerate(dict.fromkeys(pieces))})


def _clip_tokenizer() -> Any:
    from tokenizers import pre_tokenizers
    from transformers import CLIPTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    pieces = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    return CLIPTokenizerFast(vocab=vocabulary, merges=[], pad_token="!", model_max_length=OWL_TEXT)


def _seeded() -> Any:
    import contextlib

    import torch

    stack = contextlib.ExitStack()
    stack.enter_context(torch.random.fork_rng(devices=[]))
    torch.manual_seed(_SEED)
    return stack


def _save(folder: Path, model: Any, processor: Any) -> Path:
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder
