"""A small CLIP: two encoders, trained by contrast on captioned shapes of 45 of the 54 pairs of colour and shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from course.datasets.captioned import COLOURS, SEEN, SHAPES, SIDE, SIZES, TEMPLATES, captioned_shapes

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import CLIPModel, PreTrainedTokenizerFast

BATCH, LENGTH = 135, 16
SPECIAL = ["[PAD]", "[UNK]", "[BOS]", "[EOS]"]  # their numbers are 0 to 3


def make(folder: Path, n_steps: int = 1400) -> None:
    """Train the model and write it, its tokenizer and how its pictures are prepared into a folder."""
    import torch
    from transformers import CLIPImageProcessorPil

    torch.manual_seed(0)
    torch.set_num_threads(1)
    tokenizer, model = _tokenizer(), _model()
    _train(model, tokenizer, n_steps)
    model.half().save_pretrained(folder)
    _loads_in_single_precision(folder)
    tokenizer.save_pretrained(folder)
    half = [0.5, 0.5, 0.5]
    size = {"height": SIDE, "width": SIDE}
    prepared = CLIPImageProcessorPil(
        size={"shortest_edge": SIDE}, crop_size=size, image_mean=half, image_std=half, do_convert_rgb=True
    )
    prepared.save_pretrained(folder)


def _loads_in_single_precision(folder: Path) -> None:
    """Weights are stored in half precision, which few CPUs are fast at."""
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8").replace('"float16"', '"float32"'))
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _tokenizer() -> PreTrainedTokenizerFast:
    """Return a tokenizer that has a number for each word, and puts a caption between [BOS] and [EOS]."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    told = {word for text in TEMPLATES for word in text.replace("{}", " ").split()}
    words = [*SPECIAL, *sorted(told | {*COLOURS, *SHAPES, *SIZES})]
    made = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(
        single="[BOS] $A [EOS]", special_tokens=[("[BOS]", 2), ("[EOS]", 3)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        model_max_length=LENGTH,
        pad_token="[PAD]",
        unk_token="[UNK]",
        bos_token="[BOS]",
        eos_token="[EOS]",
    )


def _model() -> CLIPModel:
    from transformers import CLIPConfig, CLIPModel

    text = {
        "vocab_size": len(_tokenizer()), "hidden_size": 48, "intermediate_size": 96, "num_hidden_layers": 2,
        "num_attention_heads": 4, "max_position_embeddings": LENGTH, "pad_token_id": 0, "bos_token_id": 2,
        "eos_token_id": 3,
    }  # fmt: skip
    vision = {
        "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 3, "num_attention_heads": 4,
        "image_size": SIDE, "patch_size": 8,
    }  # fmt: skip
    return CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=32))


def prepared(images: np.ndarray) -> Tensor:
    """Return pictures, (n, 32, 32, 3) bytes, as the model wants them: (n, 3, 32, 32) from -1 to 1."""
    import torch

    return torch.tensor(images).movedim(-1, 1) / 127.5 - 1


def _train(model: CLIPModel, tokenizer: PreTrainedTokenizerFast, n_steps: int) -> None:
    import torch

    rng = np.random.default_rng(0)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=n_steps, pct_start=0.1)
    model.train()
    for step in range(n_steps):
        drawn = captioned_shapes(rng, BATCH, SEEN)
        tokens = tokenizer(drawn.captions, padding=True, return_tensors="pt")
        found = model(
            input_ids=tokens["input_ids"],
            attention_mask=tokens["attention_mask"],
            pixel_values=prepared(drawn.images),
            return_loss=True,
        )
        optimizer.zero_grad()
        found.loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            print(f"step {step}: loss {found.loss.item():.3f}", flush=True)
