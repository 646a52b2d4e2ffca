"""Models that can be loaded and models that cannot, and the name by which a model is known."""

import json
import shutil
import sys

import pytest
import tiny_models
from local_asking import ask, image, options, outcomes_of, reasons_of

from corpusbuilder.backends.models.base import Sampling
from corpusbuilder.backends.models.local.loading import load
from corpusbuilder.backends.models.local.options import LocalModelOptions
from corpusbuilder.errors import BackendError, MissingExtraError

pytestmark = pytest.mark.usefixtures("offline_transformers")


def test_a_model_that_cannot_be_had_is_named_to_all_who_ask(tmp_path):
    outcomes = outcomes_of(tmp_path / "nothing", [ask("Why?"), ask("How?")], batch_size=1)
    assert [type(outcome) for outcome in outcomes] == [BackendError, BackendError]
    assert str(tmp_path / "nothing") in outcomes[0].message
    assert "HF_HOME" in outcomes[0].hint


def test_a_model_that_is_not_on_this_machine_is_not_found_offline(monkeypatch):
    with pytest.raises(BackendError, match="nobody/nothing: there is no such folder, and no model") as caught:
        load(options("nobody/nothing"))
    assert "HF_HUB_OFFLINE" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("model.safetensors", lambda data: data[:1000]),
        ("model.safetensors", lambda data: b""),
        ("config.json", lambda data: data[:10]),
        ("config.json", lambda data: b"[]"),
        ("config.json", lambda data: b"{}"),
        ("config.json", lambda data: data.replace(b'"hidden_size": 32', b'"hidden_size": 33')),
        ("config.json", lambda data: data.replace(b'"hidden_size": 32', b'"hidden_size": 64')),
        ("processor_config.json", lambda data: data[:10]),
        ("processor_config.json", lambda data: b"[]"),
        ("tokenizer.json", lambda data: data[:100]),
    ],
)
def test_a_folder_with_broken_files_is_told(tiny_llava, tmp_path, name, spoil):
    file = shutil.copytree(tiny_llava, tmp_path / "model") / name
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(BackendError, match=str(tmp_path)) as caught:
        load(options(file.parent))
    assert caught.value.hint


def test_a_folder_without_weights_is_told(tiny_llava, tmp_path):
    folder = shutil.copytree(tiny_llava, tmp_path / "model")
    (folder / "model.safetensors").unlink()
    with pytest.raises(BackendError, match=r"model\.safetensors"):
        load(options(folder))


def test_weights_that_are_missing_are_not_made_up(tiny_llava, tmp_path):
    from safetensors.torch import load_file, save_file

    file = shutil.copytree(tiny_llava, tmp_path / "model") / "model.safetensors"
    tensors = {name: tensor for name, tensor in load_file(file).items() if "lm_head" not in name}
    save_file(tensors, file, metadata={"format": "pt"})
    with pytest.raises(BackendError, match=r"weights are missing: .*lm_head"):
        load(options(file.parent))


def test_a_model_that_sees_nothing_is_told(tmp_path):
    with pytest.raises(BackendError, match=r"no vision-language model|no processor") as caught:
        load(options(tiny_models.save_llama(tmp_path)))
    assert "AutoModelForImageTextToText" in caught.value.hint


def test_a_processor_that_wants_torchvision_says_how_to_get_it(tmp_path):
    from importlib.util import find_spec

    if find_spec("torchvision"):
        pytest.skip("torchvision is installed")
    folder = tiny_models.save_qwen_files(tmp_path / "qwen")
    with pytest.raises(BackendError, match="torchvision") as caught:
        load(options(folder))
    assert "LLaVA" in caught.value.hint


def test_a_missing_package_is_named_with_its_extra(tiny_llava, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError) as caught:
        load(options(tiny_llava))
    assert (caught.value.package, caught.value.extra) == ("torch", "generate")


def test_a_device_that_is_not_there_is_told(tiny_llava):
    with pytest.raises(BackendError, match="cuda:63"):
        load(LocalModelOptions(model=str(tiny_llava), device="cuda:63"))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_the_model_has_the_precision_that_was_asked_for(tiny_llava, dtype):
    import torch

    assert load(options(tiny_llava, dtype=dtype)).model.dtype == getattr(torch, dtype)
    assert reasons_of(outcomes_of(tiny_llava, [ask(image("red"), "Why?")], dtype=dtype)) == [None]


def test_a_model_is_known_by_what_is_in_its_folder(tiny_llava, tmp_path):
    copy = shutil.copytree(tiny_llava, tmp_path / "elsewhere" / tiny_llava.name)
    original = options(tiny_llava)
    assert options(copy).identity == original.identity
    assert options(copy, batch_size=1, attention="eager").fingerprint() == original.fingerprint()
    assert str(tiny_llava) not in json.dumps(original.fingerprint())
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    assert options(copy).identity != original.identity


def test_training_that_leaves_the_size_of_large_weights_is_noticed(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(bytes(3_000_000))
    before = options(tmp_path).identity
    (tmp_path / "model.safetensors").write_bytes(bytes(1_000_000) + b"\x01" * 200_000 + bytes(1_800_000))
    assert options(tmp_path).identity != before


def test_what_changes_answers_is_in_the_name_and_what_does_not_is_not():
    plain = options("org/name")
    assert plain.identity == "org/name"
    assert (
        options("org/name", revision="v1", dtype="float16", max_image_side=512).identity == "org/name@v1+float16+512px"
    )
    assert options("org/name", batch_size=2, trust_remote_code=True).identity == "org/name"
    assert plain.fingerprint() != options("org/name", max_tokens=5).fingerprint()
    assert plain.sampling(seed=3) == Sampling(max_tokens=1024, seed=3)
