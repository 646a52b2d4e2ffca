"""The package as its users meet it: from a released row to tokens, and nothing heavy before it is needed."""

import subprocess
import sys

import pytest
from PIL import Image

import corpusbuilder.perception as api


def test_importing_it_imports_nothing_heavy():
    heavy = ("numpy", "shapely", "PIL", "torch", "transformers")
    code = f"import corpusbuilder.perception, sys; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def row():
    """A row of ``examples`` as `datasets` decodes it, less what is not needed here."""
    regions = [
        {"figure_id": "f", "element_ids": ["a"], "box": [30.0, 20.0, 60.0, 50.0], "polygon": []},
        {
            "figure_id": "f",
            "element_ids": ["b"],
            "box": [150.0, 20.0, 190.0, 60.0],
            "polygon": [[150.0, 20.0], [190.0, 20.0], [170.0, 60.0]],
        },
    ]
    context = [{"passage_id": "p", "text": "The sun warms the sea."}]
    spans = [{"passage_id": "p", "start": 4, "end": 7, "quote": "sun"}]
    image = Image.new("RGB", (200, 100), "white")
    return {"image": image, "figure_id": "f", "context": context, "steps": [{"regions": regions, "spans": spans}]}


def test_a_released_row_becomes_tokens_of_llava_and_of_qwen(row, tiny_llava, tmp_path, offline_transformers):
    from transformers import AutoImageProcessor, AutoProcessor, Qwen2VLImageProcessorPil

    Qwen2VLImageProcessorPil().save_pretrained(tmp_path)
    llava = AutoProcessor.from_pretrained(tiny_llava, backend="pil")
    qwen = AutoImageProcessor.from_pretrained(tmp_path, backend="pil")
    regions = [region for region in row["steps"][0]["regions"] if region["figure_id"] == row["figure_id"]]
    marked = {}
    for name, processor in (("llava", llava), ("qwen", qwen)):
        found = [api.visual_tokens(region, processor, row["image"]) for region in regions]
        marked[name] = [api.token_mask(found).nonzero()[0].tolist(), [round(tokens.lost, 2) for tokens in found]]
    # 200 × 100 becomes 64 × 32, of which LLaVA keeps the middle: 4 × 4 tokens of 8 pixels. The second region begins
    # where that ends, so that its edge is still seen in token 3; the first ends between tokens 4 and 8.
    assert marked["llava"] == [[0, 3, 4, 8], [0.67, 1.0]]
    # It becomes 196 × 112: 4 rows of 7 tokens of 28 pixels. The first region ends where the tokens 15 and 16 begin.
    assert marked["qwen"] == [[1, 2, 5, 6, 8, 9, 12, 13, 15, 16, 19, 20], [0.0, 0.0]]


def test_a_released_span_becomes_tokens(row, tiny_llava, offline_transformers):
    from transformers import AutoProcessor

    processor = AutoProcessor.from_pretrained(tiny_llava, backend="pil")
    span, text = row["steps"][0]["spans"][0], row["context"][0]["text"]
    assert api.text_tokens(span, processor, text).indices == (4, 5, 6)


def test_a_released_region_becomes_a_mask_and_run_lengths(row):
    region = row["steps"][0]["regions"][1]
    assert api.mask(region, row["image"]).sum() == pytest.approx(800, abs=20)
    assert api.coco_rle(region, row["image"])["size"] == [100, 200]
    assert api.describe(region, row["image"], image=row["image"]).place == "middle right"
