"""Full-size figures of chapter 10."""

import math

import numpy as np
import torch
from torch.utils.data import DataLoader

from autograder.testing import headline
from course.datasets import load
from solutions.ch10_pytorch import autograd, covertype, covertype_training, two_rates

PLACE = (1.2, 3.4)


@headline("p.10.13", "derivative with respect to x at (1.2, 3.4)", book="1.48986", data="",
          holds=lambda found: math.isclose(found, 1.48986, abs_tol=1e-5))  # fmt: skip
def slope_along_x() -> tuple[float, str]:
    return autograd.by_autograd(lambda x, y: torch.sin(x**2 * y), *PLACE)[0], "by autograd"


@headline("p.10.13", "derivative with respect to y at (1.2, 3.4)", book="0.262917", data="",
          holds=lambda found: math.isclose(found, 0.262917, abs_tol=1e-6))  # fmt: skip
def slope_along_y() -> tuple[float, str]:
    return autograd.by_hand(*PLACE)[1], "by hand"


@headline("p.10.15", "test accuracy", book="93% at least", data="covtype", holds=lambda found: found > 0.93)
def knows_the_land() -> tuple[float, str]:
    data = load("covtype")
    torch.manual_seed(42)
    train, valid, test = covertype.make_loaders(data.X, data.y, batch_size=512)
    model = covertype_training.CoverMLP(n_hidden=256)
    covertype_training.train_cover(model, train, valid, n_epochs=10)
    found = covertype_training.cover_types(model, DataLoader(test.dataset, batch_size=4096)).numpy()
    labels = np.concatenate([y.numpy() for _, y in test]) + 1
    return float(np.mean(found == labels)), f"10 epochs of {len(train.dataset):,} patches"  # type: ignore[arg-type]


@headline("tf2.12.13", "test accuracy with two optimisers", book="no figure; 87% to 88% for such networks",
          data="fashion_mnist", holds=lambda found: found > 0.85)  # fmt: skip
def knows_clothes() -> tuple[float, str]:
    data = load("fashion_mnist")
    X, y = data.X_train, data.y_train
    model, _ = two_rates.fit_clothes(X[:55_000], y[:55_000], X[55_000:], y[55_000:], n_epochs=5)
    with torch.no_grad():
        logits = model(torch.from_numpy(data.X_test / np.float32(255)))
    return float(np.mean(logits.argmax(dim=1).numpy() == data.y_test)), "5 epochs of 55,000 pictures"
