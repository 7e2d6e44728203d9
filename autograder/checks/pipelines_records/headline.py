"""Data pipelines at full size."""

import tempfile

import numpy as np
import torch

from autograder.testing import headline
from course.datasets import load
from solutions.pipelines_records.fed import fit_from_shards
from solutions.pipelines_records.records import write_shards


@headline("tf2.13.9", "test accuracy, fed from ten record files", book="no figure; 87% to 89% for such networks",
          data="fashion_mnist", holds=lambda found: found > 0.85)  # fmt: skip
def knows_clothes_from_files() -> tuple[float, str]:
    data = load("fashion_mnist")
    with tempfile.TemporaryDirectory() as folder:
        paths = write_shards(data.X_train.reshape(-1, 28, 28), data.y_train, folder, 10, seed=42)
        model = fit_from_shards(paths, 10, n_epochs=3)
    with torch.no_grad():
        logits = model(torch.from_numpy(data.X_test.reshape(-1, 28, 28)))
    return float(np.mean(logits.argmax(dim=1).numpy() == data.y_test)), "3 epochs of 60,000 pictures"
