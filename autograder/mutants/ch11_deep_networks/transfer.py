"""Chapter 11, transfer (tf1.11.9): wrong answers that must fail, and right ones that must pass."""

import copy

import numpy as np
import torch
from sklearn.model_selection import KFold, StratifiedKFold
from torch import nn
from torch.nn.functional import cross_entropy

from autograder.mutants.ch11_deep_networks.digits import _Half, _tensors
from autograder.testing import alternative, mutant, naive

# ---------------------------------------------------------------- rows


@mutant("tf1.11.9", replaces="some_of_each", fails="test_so_many_of_each_class")
def some_of_all(y, n, seed=42):
    """You draw from all rows at once, so that some classes come more often than others."""
    y = np.asarray(y)
    return np.random.default_rng(seed).choice(len(y), n * len(np.unique(y)), replace=False)


@mutant("tf1.11.9", replaces="some_of_each", fails="test_so_many_of_each_class")
def drawn_twice(y, n, seed=42):
    """You may draw a row twice: draw without putting back."""
    rng, y = np.random.default_rng(seed), np.asarray(y)
    return np.concatenate([rng.choice(np.flatnonzero(y == label), n) for label in np.unique(y)])


@mutant("tf1.11.9", replaces="some_of_each", fails="test_so_many_of_each_class")
def always_the_first(y, n, seed=42):
    """You take the first rows of each class, whatever the seed: draw them."""
    y = np.asarray(y)
    return np.concatenate([np.flatnonzero(y == label)[:n] for label in np.unique(y)])


@alternative("tf1.11.9", replaces="some_of_each")
def by_shuffling(y, n, seed=42):
    """All rows are shuffled, and each class gives its first ones."""
    order = np.random.default_rng(seed).permutation(len(y))
    counts, rows = {}, []
    for row in order.tolist():
        label = int(np.asarray(y)[row])
        counts[label] = counts.get(label, 0) + 1
        if counts[label] <= n:
            rows.append(row)
    return rows


# ---------------------------------------------------------------- transfer


class _New(nn.Module):
    def __init__(self, hidden, n_outputs):
        super().__init__()
        self.hidden = nn.Sequential(*hidden)
        width = next(part.out_features for part in hidden[-1].modules() if isinstance(part, nn.Linear))
        self.output = nn.Linear(width, n_outputs)

    def forward(self, X):
        return self.output(self.hidden(X))


@mutant("tf1.11.9", replaces="Transferred", fails="test_a_new_output_on_old_layers")
class Likely(_New):
    """Your `Transferred` gives probabilities: logits are asked for, the loss has a softmax of its own."""

    def forward(self, X):
        return super().forward(X).softmax(dim=1)


def _transfer(
    model, X, y, *, n_outputs=5, n_reused=5, n_unfrozen=0, cached=False, n_epochs=30, rate=5e-3, batch_size=32, seed=42,
    copied=copy.deepcopy, taken=lambda parts, n: parts[:n], frozen=lambda n: n, mode=False, share=0.1,
    cache_mode=False, thawed=False, caches=True, make=torch.optim.Adam, order=torch.randperm,
):  # fmt: skip
    """The reference, with everything that can be got wrong as a parameter."""
    if seed is not None:
        torch.manual_seed(seed)
    X, y = torch.as_tensor(np.asarray(X), dtype=torch.float32), torch.as_tensor(np.asarray(y), dtype=torch.int64)
    new = _New([copied(part) for part in taken(list(model.hidden), n_reused)], n_outputs)
    n_frozen = frozen(len(new.hidden) - n_unfrozen)
    lower, upper = new.hidden[:n_frozen], new.hidden[n_frozen:]
    new.requires_grad_(True)
    lower.requires_grad_(thawed)
    groups = [{"params": new.output.parameters(), "lr": rate}, {"params": upper.parameters(), "lr": share * rate}]
    if thawed:
        groups.append({"params": lower.parameters(), "lr": rate})
    optimizer = make(groups)
    new.train()
    lower.train(mode)
    cached = cached and caches
    with torch.no_grad():
        features = lower.train(cache_mode or mode)(X) if cached else X
    lower.train(mode)
    for _ in range(n_epochs):
        for batch in order(len(X)).split(batch_size):
            seen = features[batch] if cached else lower(features[batch])
            optimizer.zero_grad()
            cross_entropy(new.output(upper(seen)), y[batch]).backward()
            optimizer.step()
    return new.eval()


@mutant("tf1.11.9", replaces="transfer", fails="test_frozen_layers_stay_as_they_are")
def nothing_is_frozen(*args, **options):
    """All layers learn: freeze those that are not to, or keep them from the optimiser."""
    return _transfer(*args, **options, thawed=True)


@mutant("tf1.11.9", replaces="transfer", fails="test_frozen_layers_stay_as_they_are")
def norms_go_on(*args, **options):
    """Your frozen layers work in training mode, so that the running statistics of batch norm move."""
    return _transfer(*args, **options, mode=True)


@mutant("tf1.11.9", replaces="transfer", fails="test_frozen_layers_stay_as_they_are")
def trains_the_old_network(model, X, y, **options):
    """You change the network that was passed in: its mode, or its output layer. Work with a deep copy."""
    new = _transfer(model, X, y, **options)
    with torch.no_grad():
        model.output.weight.zero_()
    return new


@mutant("tf1.11.9", replaces="transfer", fails="test_frozen_layers_stay_as_they_are")
def head_never_learns(*args, n_epochs=30, **options):
    """Your output layer never changes: give its parameters to the optimiser."""
    return _transfer(*args, **options, n_epochs=0)


@mutant("tf1.11.9", replaces="transfer", fails="test_frozen_layers_stay_as_they_are")
def old_network_asleep(model, X, y, **options):
    """You leave the network that was passed in, in another mode than it was in: work with a deep copy."""
    return _transfer(model.eval(), X, y, **options)


@mutant("tf1.11.9", replaces="transfer", fails="test_frozen_layers_stay_as_they_are")
def handed_back_awake(*args, **options):
    """What you hand back is in training mode: call `eval()` in the end."""
    return _transfer(*args, **options).train()


@mutant("tf1.11.9", replaces="transfer", fails="test_so_many_layers_are_reused")
def all_five_reused(model, X, y, n_reused=5, **options):
    """You reuse all hidden layers, whatever `n_reused` says."""
    return _transfer(model, X, y, **options)


@mutant("tf1.11.9", replaces="transfer", fails="test_so_many_layers_are_reused")
def one_dropped_too_many(*args, **options):
    """One layer too few is reused."""
    return _transfer(*args, **options, taken=lambda parts, n: parts[:n] if n == 5 else parts[: n - 1])


@mutant("tf1.11.9", replaces="transfer", fails="test_top_layers_are_unfrozen")
def the_lowest_unfrozen(model, X, y, n_unfrozen=0, **options):
    """You unfreeze the lowest layers: those at the top are the ones that fit the old task alone."""
    old = _transfer(model, X, y, **options)
    if n_unfrozen:
        with torch.no_grad():
            for part in old.hidden[:n_unfrozen]:
                for value in part.parameters():
                    value.add_(0.01)
    return old


@mutant("tf1.11.9", replaces="transfer", fails="test_top_layers_are_unfrozen")
def one_rate_for_all(*args, **options):
    """Your unfrozen layers learn as fast as the output layer, and lose what they know: a tenth of its rate is asked
    for."""
    return _transfer(*args, **options, share=1.0)


@mutant("tf1.11.9", replaces="transfer", fails="test_top_layers_are_unfrozen")
def by_another_optimiser(*args, **options):
    """Your optimiser's steps are not Adam's."""
    return _transfer(*args, **options, make=torch.optim.NAdam)


@mutant("tf1.11.9", replaces="transfer", fails="test_top_layers_are_unfrozen")
def all_unfrozen(model, X, y, n_unfrozen=0, **options):
    """As soon as some layers are unfrozen, you unfreeze all of them."""
    return _transfer(model, X, y, n_unfrozen=n_unfrozen, **options, frozen=lambda n: 0 if n_unfrozen else n)


@mutant("tf1.11.9", replaces="transfer", fails="test_a_cache_changes_nothing_but_the_time")
def never_cached(*args, **options):
    """`cached` makes no difference: the frozen layers are asked in every epoch."""
    return _transfer(*args, **options, caches=False)


@mutant("tf1.11.9", replaces="transfer", fails="test_a_cache_changes_nothing_but_the_time")
def cached_with_dropout(*args, **options):
    """You fill the cache in training mode: dropout is at work, once and for all, in what you keep."""
    return _transfer(*args, **options, cache_mode=True)


@mutant("tf1.11.9", replaces="transfer", fails="test_a_cache_changes_nothing_but_the_time")
def never_shuffled(*args, **options):
    """The rows come in the same order in each epoch: shuffle them."""
    return _transfer(*args, **options, order=torch.arange)


@mutant("tf1.11.9", replaces="transfer", fails="test_seed_decides_the_transfer")
def unseeded_transfer(*args, seed=42, **options):
    """You don't use `seed`."""
    return _transfer(*args, **options, seed=None)


@mutant("tf1.11.9", replaces="transfer", fails="test_few_rows_are_enough")
def layers_in_reverse(model, X, y, **options):
    """The layers that you keep don't do what they have learned: their weights are lost on the way."""

    def emptied(part):
        part = copy.deepcopy(part)
        for layer in part.modules():
            if isinstance(layer, nn.Linear):
                layer.reset_parameters()
        return part

    return _transfer(model, X, y, **options, copied=emptied)


@naive("tf1.11.9", replaces="transfer", fails="test_few_rows_are_enough")
def from_scratch(model, X, y, **options):
    """You learn anew from a few rows: take what the network's layers have learned."""

    def emptied(part):
        part = copy.deepcopy(part)
        for layer in part.modules():
            if isinstance(layer, nn.Linear):
                nn.init.kaiming_normal_(layer.weight)
        return part

    return _transfer(model, X, y, **{**options, "rate": 3e-3}, copied=emptied, thawed=True)


@alternative("tf1.11.9", replaces="transfer")
def with_one_optimiser_of_all(*args, **options):
    """Groups of parameters; what is frozen is in none."""
    return _transfer(*args, **options)


@alternative("tf1.11.9", replaces="transfer")
def by_detached_features(
    model, X, y, *, n_outputs=5, n_reused=5, n_unfrozen=0, cached=False, n_epochs=30, rate=5e-3, batch_size=32, seed=42,
):  # fmt: skip
    """All parameters are in the optimiser; those that are frozen get no gradient. NumPy draws the order."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    X, y = torch.tensor(np.asarray(X)).float(), torch.tensor(np.asarray(y)).long()
    whole = copy.deepcopy(model).eval()
    whole.hidden(torch.zeros(1, X.shape[1]))  # a row of zeros goes through, to see sizes
    new = _New(list(whole.hidden)[:n_reused], n_outputs)
    layers = list(new.hidden)
    cut = n_reused - n_unfrozen
    for number, part in enumerate(layers):
        part.train(number >= cut)
        for value in part.parameters():
            value.requires_grad = number >= cut
    optimizer = torch.optim.Adam(
        [{"params": new.output.parameters(), "lr": rate}]
        + [{"params": part.parameters(), "lr": rate * 0.1} for part in layers],
    )

    def below(rows):
        for part in layers[:cut]:
            rows = part(rows)
        return rows.detach()

    kept = below(X) if cached else None
    for _ in range(n_epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = torch.as_tensor(order[start : start + batch_size])
            out = below(X[rows]) if kept is None else kept[rows]
            for part in layers[cut:]:
                out = part(out)
            loss = cross_entropy(new.output(out), y[rows])
            new.zero_grad()
            loss.backward()
            optimizer.step()
    return new.eval()


# ---------------------------------------------------------------- settings of half of the digits (tf1.11.8)


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
