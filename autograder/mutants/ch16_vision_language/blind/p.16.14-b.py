# %% right
# Intent: BatchFeature.to moves all and casts only floats; batch_decode leaves out the special tokens.
from collections.abc import Sequence
from typing import Any

import torch
from PIL import Image


@torch.no_grad()
def caption(
    photos: Sequence[Image.Image],
    processor: Any,
    model: Any,
    batch_size: int = 8,
    prompt: str = "",
    max_new_tokens: int = 30,
) -> list[str]:
    model.eval()
    captions = []
    for start in range(0, len(photos), batch_size):
        batch = photos[start : start + batch_size]
        text = {"text": [prompt] * len(batch)} if prompt else {}
        inputs = processor(images=[photo.convert("RGB") for photo in batch], **text, return_tensors="pt")
        tokens = model.generate(**inputs.to(model.device, model.dtype), max_new_tokens=max_new_tokens)
        captions += [line.strip() for line in processor.batch_decode(tokens, skip_special_tokens=True)]
    return captions

# %% wrong: caption
# Misconception: torch.no_grad() is the evaluation mode: it switches dropout off, too.
@torch.no_grad()
def caption(
    photos: Sequence[Image.Image],
    processor: Any,
    model: Any,
    batch_size: int = 8,
    prompt: str = "",
    max_new_tokens: int = 30,
) -> list[str]:
    captions = []
    for start in range(0, len(photos), batch_size):
        batch = photos[start : start + batch_size]
        text = {"text": [prompt] * len(batch)} if prompt else {}
        inputs = processor(images=[photo.convert("RGB") for photo in batch], **text, return_tensors="pt")
        tokens = model.generate(**inputs.to(model.device, model.dtype), max_new_tokens=max_new_tokens)
        captions += [line.strip() for line in processor.batch_decode(tokens, skip_special_tokens=True)]
    return captions

# %% wrong: caption
# Misconception: batch_decode gives clean text by itself; special tokens are only numbers inside the model.
@torch.no_grad()
def caption(
    photos: Sequence[Image.Image],
    processor: Any,
    model: Any,
    batch_size: int = 8,
    prompt: str = "",
    max_new_tokens: int = 30,
) -> list[str]:
    model.eval()
    captions = []
    for start in range(0, len(photos), batch_size):
        batch = photos[start : start + batch_size]
        text = {"text": [prompt] * len(batch)} if prompt else {}
        inputs = processor(images=[photo.convert("RGB") for photo in batch], **text, return_tensors="pt")
        tokens = model.generate(**inputs.to(model.device, model.dtype), max_new_tokens=max_new_tokens)
        captions += [line.strip() for line in processor.batch_decode(tokens)]
    return captions
