"""Chapter 16, photos described in words (p.16.14): the answer."""

from collections.abc import Sequence
from typing import Any

import torch
from PIL import Image


def caption(
    photos: Sequence[Image.Image],
    processor: Any,
    model: Any,
    batch_size: int = 8,
    prompt: str = "",
    max_new_tokens: int = 30,
) -> list[str]:
    """Describe photos in words, with BLIP-2 or another model of its kind.

    Parameters
    ----------
    photos : Pillow's, of any size and mode: RGB, grey, with a palette, transparent.
    processor : a ``Blip2Processor``. Called with a list of RGB photos (``images=``), a
        text for each (``text=``, only if there is a prompt) and
        ``return_tensors="pt"``, it gives a ``BatchFeature``, with which
        ``model.generate`` is called, which gives (n, length) tokens, those of the
        prompt left out. It also turns tokens into texts, `batch_decode`.
    model : a ``Blip2ForConditionalGeneration``, which may be in training mode, on any
        device (``model.device``), and of any precision (``model.dtype``). What goes
        into it has to be there, too; the pictures' numbers, but no token numbers, have
        to be of its precision. It has to generate in evaluation mode, where it may
        be left; gradients it turns off by itself.
    batch_size : photos that go through the model at a time; the last may be fewer.
    prompt : what all captions go on from; with an empty one the model gets no text.
    max_new_tokens : how long a caption may be, in tokens.

    Returns
    -------
    A caption for each photo, in their order, without special tokens, and without blanks
    or line breaks at its ends. For no photos, an empty list.

    Examples
    --------
    >>> from transformers import BatchFeature
    >>> class Processor:
    ...     def __call__(self, images, text=None, return_tensors=None):
    ...         return BatchFeature({"pixel_values": torch.full((len(images), 1), 3.0)})
    ...     def batch_decode(self, tokens, skip_special_tokens=False):
    ...         return [f"it is {row[0]} wide " for row in tokens.tolist()]
    >>> class Model(torch.nn.Module):
    ...     device, dtype = torch.device("cpu"), torch.float32
    ...     def generate(self, pixel_values, max_new_tokens):
    ...         return pixel_values.long()
    >>> caption([Image.new("L", (3, 2))], Processor(), Model())
    ['it is 3 wide']
    >>> caption([], Processor(), Model())
    []
    """
    model.eval()
    captions: list[str] = []
    for start in range(0, len(photos), batch_size):
        images = [photo.convert("RGB") for photo in photos[start : start + batch_size]]
        asked = {"text": [prompt] * len(images)} if prompt else {}
        inputs = processor(images=images, return_tensors="pt", **asked).to(model.device, model.dtype)
        with torch.inference_mode():
            tokens = model.generate(**inputs, max_new_tokens=max_new_tokens)
        captions += [text.strip() for text in processor.batch_decode(tokens, skip_special_tokens=True)]
    return captions
