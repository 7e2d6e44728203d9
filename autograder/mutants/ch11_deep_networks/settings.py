"""Chapter 11, settings compared on half of the digits (tf1.11.8): wrong answers that must fail, and right ones."""

import numpy as np
import torch
from sklearn.model_selection import KFold, StratifiedKFold
from torch.nn.functional import cross_entropy

from autograder.mutants.ch11_deep_networks.digits import _Half, _tensors
from autograder.testing import alternative, mutant


def _share(model, asked, wanted):
    model.eval()
    with torch.no_grad():
        right = (model(asked).argmax(dim=1) == wanted).float().mean().item()
    model.train()
    return right


def _compare(
    X, y, settings, n_folds=3, n_epochs=5, n_hidden=100, seed=42, *, folds=StratifiedKFold, on=lambda train, out: out,
    learned=lambda train, out: train, known=("batch_norm", "dropout", "rate", "batch_size"), only=None,
    peeks=False, anew=False,
):  # fmt: skip
    """The reference, with everything that can be got wrong as a parameter."""
    X, y = np.asarray(X, dtype=np.float32), np.asarray(y)
    splits, found = list(folds(n_folds, shuffle=True, random_state=seed).split(X, y))[only or slice(None)], []
    for number, setting in enumerate(settings):
        if anew:
            splits = list(folds(n_folds, shuffle=True, random_state=seed + number).split(X, y))
        setting = {name: value for name, value in setting.items() if name in known}
        right = []
        for train, out in splits:
            if seed is not None:
                torch.manual_seed(seed)
            layers = {name: setting[name] for name in ("batch_norm", "dropout") if name in setting}
            model = _Half(X.shape[1], int(y.max()) + 1, n_hidden, **layers)
            rows, labels = _tensors(X[learned(train, out)], y[learned(train, out)])
            asked, wanted = _tensors(X[on(train, out)], y[on(train, out)])
            optimizer = torch.optim.Adam(model.parameters(), setting.get("rate", 1e-3))
            seen = []
            for _ in range(n_epochs):
                for batch in torch.randperm(len(rows)).split(setting.get("batch_size", 64)):
                    optimizer.zero_grad()
                    cross_entropy(model(rows[batch]), labels[batch]).backward()
                    optimizer.step()
                if peeks:
                    seen.append(_share(model, asked, wanted))
            right.append(max(seen) if peeks else _share(model, asked, wanted))
        found.append(float(np.mean(right)))
    return found


@mutant("tf1.11.8", replaces="compare_settings", fails="test_settings_are_compared_on_rows_held_out")
def scored_on_training_rows(*args, **options):
    """You score a network on the rows that it was trained on: take those that were held out."""
    return _compare(*args, **options, on=lambda train, out: train)


@mutant("tf1.11.8", replaces="compare_settings", fails="test_settings_are_compared_on_rows_held_out")
def held_out_rows_learned(*args, **options):
    """You train on all rows, those that are held out among them."""
    return _compare(*args, **options, learned=lambda train, out: np.concatenate([train, out]))


@mutant("tf1.11.8", replaces="compare_settings", fails="test_settings_are_compared_on_rows_held_out")
def rate_left_out(*args, **options):
    """You don't hand on the rate of the settings."""
    return _compare(*args, **options, known=("batch_norm", "dropout", "batch_size"))


@mutant("tf1.11.8", replaces="compare_settings", fails="test_folds_and_settings_are_used")
def one_split_only(*args, **options):
    """You hold out one part only: each of the parts has its turn."""
    return _compare(*args, **options, only=slice(1))


@mutant("tf1.11.8", replaces="compare_settings", fails="test_folds_and_settings_are_used")
def one_batch_size_for_all(*args, **options):
    """You don't hand on the batch size of the settings."""
    return _compare(*args, **options, known=("batch_norm", "dropout", "rate"))


@mutant("tf1.11.8", replaces="compare_settings", fails="test_folds_and_settings_are_used")
def held_out_rows_choose(*args, **options):
    """The rows that are held out choose the best epoch, or when to stop: then they have been learned from as well."""
    return _compare(*args, **options, peeks=True)


@mutant("tf1.11.8", replaces="compare_settings", fails="test_folds_and_settings_are_used")
def folds_drawn_anew(*args, **options):
    """Each of your settings has folds of its own, so that some are lucky: cut the rows once for all."""
    return _compare(*args, **options, anew=True)


@mutant("tf1.11.8", replaces="compare_settings", fails="test_settings_are_compared_on_rows_held_out")
def folds_in_order(*args, **options):
    """You cut the rows as they come: where they are sorted by class, a class is held out as a whole. Shuffle them."""
    return _compare(*args, **options, folds=lambda n_folds, **_: KFold(n_folds))


@mutant("tf1.11.8", replaces="compare_settings", fails="test_settings_are_compared_on_rows_held_out")
def settings_by_chance(*args, seed=42, **options):
    """You don't use `seed`, so that each comparison ends in another way."""
    return _compare(*args, **options, seed=None)


@alternative("tf1.11.8", replaces="compare_settings")
def fold_by_fold(*args, n_folds=3, **options):
    """All settings on one fold, then on the next."""
    rows = [_compare(*args, n_folds=n_folds, **options, only=slice(fold, fold + 1)) for fold in range(n_folds)]
    return torch.tensor(rows).mean(dim=0)


@alternative("tf1.11.8", replaces="compare_settings")
def by_plain_folds(*args, **options):
    """Folds that know nothing of the classes, and an array."""
    return np.array(_compare(*args, **options, folds=KFold))
