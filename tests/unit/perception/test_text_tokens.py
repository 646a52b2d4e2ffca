"""Spans of characters as tokens, under real tokenizers of three kinds that are trained here on a few sentences."""

import functools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusbuilder.perception.text import text_tokens
from corpusbuilder.records.evidence import SpanEvidence

SENTENCES = (
    "La chlorophylle absorbe l'énergie lumineuse à l'intérieur des chloroplastes.",
    "L'œuf fécondé devient un embryon ; où va-t-il ensuite ?",
    "Water evaporates from the sea and condenses into clouds.",
    "The roots take up water, and the leaves give it off again.",
)
FRENCH = SENTENCES[0]
KINDS = ("byte-level BPE", "WordPiece", "Unigram")
TEMPLATE = "{% for message in messages %}<|start|>{{ message['role'] }}\n{{ message['content'] }}<|end|>\n{% endfor %}"


@functools.cache
def tokenizer(kind):
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    special = ["<pad>", "<s>", "</s>", "<unk>", "<|start|>", "<|end|>"]
    if kind == "byte-level BPE":
        core = Tokenizer(models.BPE())
        core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        core.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=400, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
        )
    elif kind == "WordPiece":
        core = Tokenizer(models.WordPiece(unk_token="<unk>"))
        core.normalizer = normalizers.BertNormalizer()
        core.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(vocab_size=200, special_tokens=special)
    else:
        core = Tokenizer(models.Unigram())
        core.normalizer = normalizers.NFKC()
        core.pre_tokenizer = pre_tokenizers.Metaspace()
        core.decoder = decoders.Metaspace()
        trainer = trainers.UnigramTrainer(vocab_size=120, special_tokens=special, unk_token="<unk>")
    core.train_from_iterator(SENTENCES, trainer)
    ids = [("<s>", core.token_to_id("<s>")), ("</s>", core.token_to_id("</s>"))]
    core.post_processor = processors.Sequence(
        [
            *([processors.ByteLevel(trim_offsets=False)] if kind == "byte-level BPE" else []),
            processors.TemplateProcessing(single="<s> $A </s>", special_tokens=ids),
        ]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token="<pad>", bos_token="<s>", eos_token="</s>", unk_token="<unk>",
        additional_special_tokens=special[-2:], chat_template=TEMPLATE,
    )  # fmt: skip


def ends_of(part, text):
    return text.index(part), text.index(part) + len(part)


def decoded(kind, text, found, **call):
    own = tokenizer(kind)
    ids = own(text, **call)["input_ids"]
    return own.decode([ids[index] for index in found.indices], clean_up_tokenization_spaces=False)


@pytest.mark.parametrize("kind", ["byte-level BPE", "Unigram"])
@pytest.mark.parametrize("part", ["l'énergie lumineuse", "à l'intérieur", "La", "des chloroplastes."])
def test_the_tokens_of_words_spell_these_words(kind, part):
    found = text_tokens(ends_of(part, FRENCH), tokenizer(kind), FRENCH)
    assert decoded(kind, FRENCH, found).strip() == part
    assert (found.begins_before, found.ends_after, found.lost) == (False, False, 0.0)
    assert found.length == len(tokenizer(kind)(FRENCH)["input_ids"])


def test_letters_without_their_accents_are_still_found():
    found = text_tokens(ends_of("l'énergie lumineuse", FRENCH), tokenizer("WordPiece"), FRENCH)
    spelled = decoded("WordPiece", FRENCH, found).replace(" ##", "").replace(" ' ", "'")
    assert spelled == "l'energie lumineuse"
    assert found.lost == 0.0


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_and_a_released_row_have_the_tokens_of_their_numbers(kind):
    start, end = ends_of("chlorophylle", FRENCH)
    record = SpanEvidence(passage_id="p", start=start, end=end, quote="chlorophylle", method="quote.exact", score=1.0)
    found = [
        text_tokens(span, tokenizer(kind), FRENCH) for span in (record, {"start": start, "end": end}, (start, end))
    ]
    assert found[0] == found[1] == found[2]
    assert 0 not in found[0].indices  # <s>


def test_all_bytes_of_an_emoji_belong_to_a_span_with_it():
    text = "eau 💧 pure"
    found = text_tokens(ends_of("💧", text), tokenizer("byte-level BPE"), text)
    assert decoded("byte-level BPE", text, found).strip() == "💧"
    assert len(found.indices) >= 4
    assert not found.ends_after


@pytest.mark.parametrize("kind", ["byte-level BPE", "Unigram"])
def test_a_token_across_an_end_of_the_span_is_told_and_can_be_left_out(kind):
    text = SENTENCES[2]
    offsets = tokenizer(kind)(text, return_offsets_mapping=True)["offset_mapping"]
    index, last, letters = next(
        (i, end, text[start:end].strip()) for i, (start, end) in enumerate(offsets) if len(text[start:end].strip()) > 1
    )
    first = last - len(letters)
    inside = (first + 1, last)
    found = text_tokens(inside, tokenizer(kind), text)
    assert (found.indices, found.begins_before, found.ends_after) == ((index,), True, False)
    left_out = text_tokens(inside, tokenizer(kind), text, straddling="exclude")
    assert (left_out.indices, left_out.lost) == ((), 1.0)
    found = text_tokens((first, last - 1), tokenizer(kind), text)
    assert (found.indices, found.begins_before, found.ends_after) == ((index,), False, True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("side", ["left", "right"])
def test_padding_on_either_side_moves_the_tokens_with_the_text(kind, side):
    span, plain = ends_of("water", SENTENCES[3]), tokenizer(kind)
    bare = text_tokens(span, plain, SENTENCES[3])
    padding = {"padding": "max_length", "max_length": 200, "padding_side": side}
    padded = text_tokens(span, plain, SENTENCES[3], called_with=padding)
    moved = 200 - bare.length if side == "left" else 0
    assert padded.indices == tuple(index + moved for index in bare.indices)
    assert padded.length == 200


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_truncated_is_reported_as_lost(kind):
    cut = {"truncation": True, "max_length": 6}
    gone = text_tokens(ends_of("chloroplastes", FRENCH), tokenizer(kind), FRENCH, called_with=cut)
    assert (gone.indices, gone.lost, gone.length) == ((), 1.0, 6)
    part = text_tokens((0, len(FRENCH)), tokenizer(kind), FRENCH, called_with=cut)
    assert 0.0 < part.lost < 1.0


@pytest.mark.parametrize("kind", KINDS)
def test_a_span_is_found_inside_a_filled_in_chat_template(kind):
    own = tokenizer(kind)
    messages = [{"role": "user", "content": "Lis: " + FRENCH}, {"role": "assistant", "content": "Bien."}]
    prompt = own.apply_chat_template(messages, tokenize=False)
    call = {"add_special_tokens": False}
    found = text_tokens(ends_of("énergie", FRENCH), own, FRENCH, prompt=prompt, called_with=call)
    at = prompt.index("énergie")
    assert found == text_tokens((at, at + 7), own, prompt, called_with=call)
    assert found.length == len(own(prompt, **call)["input_ids"])


def test_a_text_that_stands_twice_in_a_prompt_needs_an_offset():
    own, text = tokenizer("byte-level BPE"), "the sea"
    prompt = "the sea, the sea"
    with pytest.raises(ValueError, match="more than once"):
        text_tokens((4, 7), own, text, prompt=prompt)
    found = text_tokens((4, 7), own, text, prompt=prompt, offset=5)
    assert found == text_tokens((13, 16), own, prompt)


def test_a_text_that_does_not_stand_in_the_prompt_is_refused():
    with pytest.raises(ValueError, match="does not stand in the prompt"):
        text_tokens((0, 3), tokenizer("WordPiece"), "the sea", prompt="the land")


def test_a_slow_tokenizer_is_refused_in_a_sentence(tmp_path):
    from transformers import CanineTokenizer

    with pytest.raises(ValueError, match="CanineTokenizer is a slow tokenizer"):
        text_tokens((0, 3), CanineTokenizer(), "the sea")


def test_the_tokenizer_of_a_processor_is_used(tiny_llava):
    from transformers import AutoProcessor

    processor = AutoProcessor.from_pretrained(tiny_llava, backend="pil")
    assert text_tokens((4, 7), processor, "the sea") == text_tokens((4, 7), processor.tokenizer, "the sea")


@pytest.mark.parametrize("span", [(3, 3), (5, 2), (-1, 3), (0, 99), (0.5, 3), (1,), {"start": None, "end": 3}])
def test_what_is_no_span_of_the_text_is_refused_in_a_sentence(span):
    with pytest.raises(ValueError, match="a span is"):
        text_tokens(span, tokenizer("WordPiece"), "the sea")


@settings(max_examples=200)
@given(text=st.text(min_size=1, max_size=40), cut=st.tuples(st.integers(0, 40), st.integers(0, 40)))
def test_tokens_of_bytes_lose_no_character_of_any_text(text, cut):
    start, end = sorted(min(place, len(text)) for place in cut)
    if start == end:
        return
    found = text_tokens((start, end), tokenizer("byte-level BPE"), text)
    assert found.lost == 0.0
    offsets = tokenizer("byte-level BPE")(text, return_offsets_mapping=True)["offset_mapping"]
    assert all(offsets[index][0] < end and offsets[index][1] > start for index in found.indices)
