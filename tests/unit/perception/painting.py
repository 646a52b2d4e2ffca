"""The real processors of transformers, and which tokens change when a rectangle is painted."""

import random
from types import SimpleNamespace

import numpy as np
from PIL import Image

SQUARE = {"height": 336, "width": 336}
BLACK_ON_WHITE = ("white", "black")
BETWEEN_GREYS = ((64, 64, 64), (192, 192, 192))
"""So far from both ends of the range that no ringing is cut off."""


def cut(picture, side):
    """Flat cells of one picture (channels, height, width), row by row; what is left at the edges is dropped."""
    channels, height, width = picture.shape
    rows, columns = height // side, width // side
    cells = picture[:, : rows * side, : columns * side].reshape(channels, rows, side, columns, side)
    return cells.transpose(1, 3, 0, 2, 4).reshape(rows * columns, -1)


def cells_of_pictures(processor, side):
    """Of every picture that a processor makes, one after the other."""

    def tokens(image):
        pixels = processor(image, return_tensors="np")["pixel_values"]
        return np.concatenate([cut(picture, side) for picture in pixels.reshape(-1, *pixels.shape[-3:])])

    return tokens


def joined_patches(processor):
    """Of a processor that lists the patches of each token together."""

    def tokens(image):
        made = processor(image, return_tensors="np")
        return made["pixel_values"].reshape(int(made["image_grid_thw"].prod()) // processor.merge_size**2, -1)

    return tokens


def listed_patches(processor):
    return lambda image: processor(image, return_tensors="np")["pixel_values"].reshape(-1, 3 * processor.patch_size**2)


def packed(processor, side):
    """As the model of LLaVA-NeXT packs what its vision tower makes: here the cells themselves."""
    import torch
    from transformers.models.llava_next.modeling_llava_next import LlavaNextModel

    def tokens(image):
        made = processor(image, return_tensors="np")
        pictures = made["pixel_values"][0]
        features = torch.tensor(np.stack([cut(picture, side) for picture in pictures]))
        vision = SimpleNamespace(image_size=pictures.shape[-1], patch_size=side)
        config = SimpleNamespace(vision_config=vision, image_grid_pinpoints=processor.image_grid_pinpoints)
        lines, _ = LlavaNextModel.pack_image_features(
            SimpleNamespace(config=config),
            [features],
            torch.tensor(made["image_sizes"]),
            "default",
            image_newline=torch.zeros(features.shape[-1]),
        )
        return lines[0].numpy()

    return tokens


def processors():
    """Image processor, what it makes of an image (a row per token), and what it does not say of itself."""
    import transformers as t

    clip_14 = t.CLIPImageProcessorPil(size={"shortest_edge": 336}, crop_size=SQUARE)
    whole = t.CLIPImageProcessorPil(size=SQUARE, do_center_crop=False)
    llava = t.LlavaImageProcessorPil(size={"shortest_edge": 336}, crop_size=SQUARE)
    padded = t.LlavaImageProcessorPil(size=SQUARE, crop_size=SQUARE, do_center_crop=False, do_pad=True)
    siglip = t.SiglipImageProcessorPil(size={"height": 384, "width": 384})
    qwen25 = t.Qwen2VLImageProcessorPil()
    qwen3 = t.Qwen2VLImageProcessorPil(patch_size=16, size={"shortest_edge": 65_536, "longest_edge": 600_000})
    small = t.CLIPImageProcessorPil(size={"shortest_edge": 64}, crop_size={"height": 100, "width": 40})
    return {
        "CLIP of 16": (t.CLIPImageProcessorPil(), cells_of_pictures(t.CLIPImageProcessorPil(), 16), {"patch_size": 16}),
        "CLIP of 14": (clip_14, cells_of_pictures(clip_14, 14), {"patch_size": 14}),
        "CLIP without crop": (whole, cells_of_pictures(whole, 14), {"patch_size": 14}),
        "CLIP cropped and padded": (small, cells_of_pictures(small, 8), {"patch_size": 8}),
        "LLaVA, cropped": (llava, cells_of_pictures(llava, 14), {"patch_size": 14}),
        "LLaVA, padded": (padded, cells_of_pictures(padded, 14), {"patch_size": 14}),
        "SigLIP of 14, with an edge left over": (siglip, cells_of_pictures(siglip, 14), {"patch_size": 14}),
        "SigLIP 2": (t.Siglip2ImageProcessorPil(), listed_patches(t.Siglip2ImageProcessorPil()), {}),
        "Qwen2.5-VL": (qwen25, joined_patches(qwen25), {}),
        "Qwen2.5-VL, patches": (qwen25, lambda i: qwen25(i, return_tensors="np")["pixel_values"], {"unit": "patch"}),
        "Qwen3-VL": (qwen3, joined_patches(qwen3), {}),
    }


def tiling_processors():
    """Likewise those that cut an image into tiles."""
    import transformers as t

    following = t.LlavaNextImageProcessorPil(
        size={"shortest_edge": 112}, crop_size={"height": 112, "width": 112},
        image_grid_pinpoints=[[112, 224], [224, 112], [224, 224], [336, 112], [112, 336]],
    )  # fmt: skip
    idefics = t.Idefics3ImageProcessorPil(size={"longest_edge": 392}, max_image_size={"longest_edge": 196})
    unsplit = t.Idefics3ImageProcessorPil(
        size={"longest_edge": 392}, max_image_size={"longest_edge": 196}, do_image_splitting=False
    )
    smol = t.SmolVLMImageProcessorPil(size={"longest_edge": 512}, max_image_size={"longest_edge": 256})
    intern = t.GotOcr2ImageProcessorPil(size={"height": 168, "width": 168}, crop_to_patches=True, max_patches=6)
    one = t.GotOcr2ImageProcessorPil(size={"height": 168, "width": 168})
    joined = {"patch_size": 14, "merge_size": 2}
    return {
        "LLaVA-NeXT": (following, packed(following, 14), {"patch_size": 14}),
        "LLaVA-NeXT, patches": (following, cells_of_pictures(following, 14), {"patch_size": 14, "unit": "patch"}),
        "Idefics 3": (idefics, cells_of_pictures(idefics, 28), joined),
        "Idefics 3, unsplit": (unsplit, cells_of_pictures(unsplit, 28), joined),
        "SmolVLM": (smol, cells_of_pictures(smol, 64), {"patch_size": 16, "merge_size": 4}),
        "InternVL": (intern, cells_of_pictures(intern, 28), joined),
        "InternVL, patches": (intern, cells_of_pictures(intern, 14), {**joined, "unit": "patch"}),
        "InternVL, one tile": (one, cells_of_pictures(one, 28), joined),
    }


def rectangles(number, seed, most=900):
    """Sizes of images and whole rectangles in them: any two corners, or as small as labels are."""
    chance = random.Random(seed)
    for _ in range(number):
        width, height = chance.randint(40, most), chance.randint(40, most)
        x0, y0 = chance.randint(0, width - 1), chance.randint(0, height - 1)
        right, bottom = (width, height) if chance.random() < 0.5 else (x0 + 1 + width // 8, y0 + 1 + height // 8)
        yield (
            (width, height),
            (x0, y0, chance.randint(x0 + 1, min(width, right)), chance.randint(y0 + 1, min(height, bottom))),
        )


def changed(tokens, size, rectangle, colours, *, least=1e-4):
    """Indices of the tokens in which a value changes by more than ``least`` when the rectangle is painted, and how many
    tokens there are."""
    ground, paint = colours
    blank = Image.new("RGB", size, ground)
    painted = blank.copy()
    painted.paste(Image.new("RGB", size, paint).crop(rectangle), rectangle)
    before, after = tokens(blank), tokens(painted)
    return set(np.flatnonzero(np.abs(after - before).max(axis=1) > least).tolist()), len(before)


def agreement(told, seen):
    """Jaccard index."""
    return len(told & seen) / len(told | seen) if told | seen else 1.0
