"""Vision-language models of a few kilobytes with random weights, saved as real ones are.

What loads and runs them is the real code of transformers, offline. They say nothing that makes sense, but they say the
same each time, and something else as soon as a word or a pixel of the prompt changes.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

PAD: Final = "<pad>"
BEGIN: Final = "<s>"
END: Final = "</s>"
IMAGE: Final = "<image>"
CONTEXT: Final = 2048
"""Tokens that each of them has room for; one byte of text is one token."""

CHAT_TEMPLATE: Final = (
    "<s>{% for message in messages %}{{ message['role'] | upper }}: "
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{{ '\\n' }}{% endfor %}{% if add_generation_prompt %}ASSISTANT:{% endif %}"
)
_TEXT: Final = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "max_position_embeddings": CONTEXT,
    # Wide enough that rounding never decides which token is likeliest.
    "initializer_range": 0.3,
}
_VISION: Final = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "patch_size": 8,
    "initializer_range": 0.3,
}


def prepare() -> None:
    """Import the libraries, offline; call it before anything else here does.

    One thread for tiny tensors: handing them to several costs more than computing them.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    import transformers

    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()


def save_llava(folder: Path, *, chat_template: str | None = CHAT_TEMPLATE) -> Path:
    """A LLaVA: CLIP tower, projector and Llama; each image is cropped to 32 × 32 pixels and becomes 16 tokens."""
    from transformers import (
        CLIPImageProcessorPil,
        CLIPVisionConfig,
        LlamaConfig,
        LlavaConfig,
        LlavaForConditionalGeneration,
        LlavaProcessor,
    )

    tokenizer = byte_tokenizer()
    ids = tokenizer.convert_tokens_to_ids
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(image_size=32, projection_dim=32, **_VISION),
        text_config=LlamaConfig(
            vocab_size=len(tokenizer), bos_token_id=ids(BEGIN), eos_token_id=ids(END), pad_token_id=ids(PAD), **_TEXT
        ),
        image_token_index=ids(IMAGE),
        vision_feature_layer=-1,
    )
    processor = LlavaProcessor(
        image_processor=CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}),
        tokenizer=tokenizer,
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        image_token=IMAGE,
        chat_template=chat_template,
    )
    return _save(folder, lambda: LlavaForConditionalGeneration(config), processor)


def save_idefics(folder: Path) -> Path:
    """An Idefics 3: SigLIP tower and Llama; the number of tiles that an image is cut into depends on its shape."""
    from transformers import (
        Idefics3Config,
        Idefics3ForConditionalGeneration,
        Idefics3ImageProcessorPil,
        Idefics3Processor,
    )

    tokenizer = byte_tokenizer("<fake_token_around_image>", "<end_of_utterance>", "<global-img>", *_tile_marks())
    ids = tokenizer.convert_tokens_to_ids
    text = {"model_type": "llama", "vocab_size": len(tokenizer), **_TEXT}
    config = Idefics3Config(
        vision_config={"image_size": 32, **_VISION},
        text_config={**text, "bos_token_id": ids(BEGIN), "eos_token_id": ids(END), "pad_token_id": ids(PAD)},
        image_token_id=ids(IMAGE),
        pad_token_id=ids(PAD),
        scale_factor=2,
    )
    processor = Idefics3Processor(
        image_processor=Idefics3ImageProcessorPil(size={"longest_edge": 64}, max_image_size={"longest_edge": 32}),
        tokenizer=tokenizer,
        image_seq_len=4,
        chat_template=CHAT_TEMPLATE,
    )
    return _save(folder, lambda: Idefics3ForConditionalGeneration(config), processor)


def byte_tokenizer(*special: str) -> Any:
    """A tokenizer with one token a byte, so that it reads and writes any text, and `special` tokens besides."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    core = Tokenizer(models.BPE(vocab={letter: number for number, letter in enumerate(alphabet)}, merges=[]))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        bos_token=BEGIN,
        eos_token=END,
        pad_token=PAD,
        additional_special_tokens=[IMAGE, *special],
        model_max_length=CONTEXT,
    )


def _tile_marks() -> list[str]:
    return [f"<row_{row}_col_{column}>" for row in range(1, 3) for column in range(1, 3)]


def _save(folder: Path, build: Callable[[], Any], processor: Any) -> Path:
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(20)
        model = build()
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def save_qwen_files(folder: Path) -> Path:
    """What a Qwen2.5-VL has beside its weights: its processor cannot be loaded without torchvision."""
    from transformers import Qwen2_5_VLConfig

    Qwen2_5_VLConfig().save_pretrained(folder)
    marks = ("<|image_pad|>", "<|video_pad|>", "<|vision_start|>", "<|vision_end|>")
    byte_tokenizer(*marks).save_pretrained(folder)
    kinds = {"image_processor_type": "Qwen2VLImageProcessor", "processor_class": "Qwen2_5_VLProcessor"}
    (folder / "preprocessor_config.json").write_text(json.dumps(kinds))
    return folder


def save_llama(folder: Path) -> Path:
    """A language model that sees nothing."""
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = byte_tokenizer()
    config = LlamaConfig(vocab_size=len(tokenizer), **_TEXT)
    return _save(folder, lambda: LlamaForCausalLM(config), tokenizer)


def save_bert(folder: Path) -> Path:
    """An encoder of text, with room for 128 tokens."""
    from transformers import BertConfig, BertModel

    tokenizer = byte_tokenizer()
    tokenizer.model_max_length = 128
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=128,
        pad_token_id=tokenizer.pad_token_id,
        initializer_range=0.3,
    )
    return _save(folder, lambda: BertModel(config, add_pooling_layer=False), tokenizer)
