"""A small ViT: three layers, 16 patches, trained to name ten kinds of small photos (CIFAR-10's) and six shapes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from course.datasets.api import load
from course.datasets.captioned import SHAPES, SIDE, captioned_shapes

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import ViTForImageClassification

PHOTOS, DRAWN = 24, 96  # of a batch
N_PHOTOS = 10_000  # where all 50,000 are there, the first of them


def make(folder: Path, n_steps: int = 1700) -> None:
    """Train the model and write it, and how its pictures are prepared, into a folder."""
    import torch
    from transformers import ViTImageProcessorPil

    torch.manual_seed(0)
    torch.set_num_threads(1)
    photos = load("cifar10", source="real")
    X, y = torch.tensor(photos.X_train[:N_PHOTOS]), torch.tensor(photos.y_train[:N_PHOTOS])
    model = _model([*photos.class_names, *SHAPES])
    _train(model, X.view(-1, SIDE, SIDE, 3).movedim(-1, 1), y, n_steps)
    model.half().save_pretrained(folder)
    path = folder / "config.json"  # stored in half precision, loaded in single precision, which CPUs are faster at
    config = json.loads(path.read_text(encoding="utf-8").replace('"float16"', '"float32"'))
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    half = [0.5, 0.5, 0.5]
    ViTImageProcessorPil(size={"height": SIDE, "width": SIDE}, image_mean=half, image_std=half).save_pretrained(folder)


def _model(names: list[str]) -> ViTForImageClassification:
    from transformers import ViTConfig, ViTForImageClassification

    return ViTForImageClassification(
        ViTConfig(
            image_size=SIDE,
            patch_size=8,
            hidden_size=64,
            num_hidden_layers=3,
            num_attention_heads=4,
            intermediate_size=128,
            id2label=dict(enumerate(names)),
            label2id={name: number for number, name in enumerate(names)},
        )
    )


def _moved(X: Tensor) -> Tensor:
    """Return pictures mirrored or not, moved by up to four pixels, from 0 to 255."""
    import torch

    mirrored = torch.where(torch.rand(len(X), 1, 1, 1) < 0.5, X.flip(-1), X).float()
    wide = torch.nn.functional.pad(mirrored, (4, 4, 4, 4), mode="reflect")
    top, left = torch.randint(0, 9, (2,)).tolist()  # the same for a batch
    return wide[:, :, top : top + SIDE, left : left + SIDE]


def _train(model: ViTForImageClassification, X: Tensor, y: Tensor, n_steps: int) -> None:
    import torch

    rng = np.random.default_rng(0)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=n_steps, pct_start=0.1)
    model.train()
    for step in range(n_steps):
        rows = torch.randint(len(X), (PHOTOS,))
        drawn = captioned_shapes(rng, DRAWN)
        pictures = torch.cat([_moved(X[rows]), torch.tensor(drawn.images).movedim(-1, 1).float()])
        shapes = torch.tensor([10 + SHAPES.index(shape) for _, shape in drawn.pairs])
        loss = model(pixel_values=pictures / 127.5 - 1, labels=torch.cat([y[rows], shapes])).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            print(f"step {step}: loss {loss.item():.3f}", flush=True)
