"""Chapter 11, twenty layers as they begin (p.11.8): wrong answers that must fail, and right ones that must pass."""

from itertools import pairwise

import numpy as np
import torch
from sklearn.preprocessing import StandardScaler
from torch import nn

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- standardised


@mutant("p.11.8", replaces="standardised", fails="test_columns_are_standardised")
def each_by_itself(X_train, *others):
    """You standardise each part by its own figures: a network has to see new rows as it saw the training rows."""
    parts = [np.asarray(X, dtype=float) for X in (X_train, *others)]
    return [((X - X.mean(axis=0)) / np.where(X.std(axis=0) > 0, X.std(axis=0), 1)).astype(np.float32) for X in parts]


@mutant("p.11.8", replaces="standardised", fails="test_columns_are_standardised")
def one_figure_for_all(X_train, *others):
    """You take one mean and one standard deviation for the whole table: each column has its own."""
    train = np.asarray(X_train, dtype=float)
    return [((np.asarray(X, dtype=float) - train.mean()) / train.std()).astype(np.float32) for X in (X_train, *others)]


@mutant("p.11.8", replaces="standardised", fails="test_columns_are_standardised")
def divided_by_nothing(X_train, *others):
    """A column that is the same everywhere has a standard deviation of 0, by which you divide."""
    train = np.asarray(X_train, dtype=float)
    with np.errstate(all="ignore"):
        return [((X - train.mean(axis=0)) / train.std(axis=0)).astype(np.float32) for X in (X_train, *others)]


@mutant("p.11.8", replaces="standardised", fails="test_columns_are_standardised")
def doubles(X_train, *others):
    """Your arrays are float64, which the layers of a network won't take: float32 is asked for."""
    scaler = StandardScaler().fit(X_train)
    return [scaler.transform(X) for X in (X_train, *others)]


@mutant("p.11.8", replaces="standardised", fails="test_columns_are_standardised")
def divided_by_one_less(X_train, *others):
    """Your standard deviation divides by n - 1, as that of PyTorch and pandas does: the columns' own is a little less
    than 1."""
    train = np.asarray(X_train, dtype=float)
    std = np.where(train.std(axis=0) > 0, train.std(axis=0, ddof=1), 1)
    return [((np.asarray(X) - train.mean(axis=0)) / std).astype(np.float32) for X in (X_train, *others)]


@alternative("p.11.8", replaces="standardised")
def by_a_scaler(X_train, *others):
    """With scikit-learn's scaler, as tensors."""
    scaler = StandardScaler().fit(X_train)
    return tuple(torch.tensor(scaler.transform(X), dtype=torch.float32) for X in (X_train, *others))


# ---------------------------------------------------------------- the network


def _mlp(
    variant="base", n_inputs=3072, n_outputs=10, n_hidden=100, n_layers=20, dropout=0.1, *, he=2.0, lecun=1.0,
    after=False, drop=nn.AlphaDropout, drops=1, silu=nn.SiLU, bias=0.0, last=(), norms=99, selu=nn.SELU, fan="in",
):  # fmt: skip
    """The reference, with everything that can be got wrong as a parameter."""
    own = variant in ("selu", "alpha dropout")
    layers = []
    for number, fan_in in enumerate([n_inputs, *[n_hidden] * (n_layers - 1)]):
        linear = nn.Linear(fan_in, n_hidden)
        nn.init.normal_(linear.weight, std=((lecun if own else he) / (fan_in if fan == "in" else n_hidden)) ** 0.5)
        nn.init.constant_(linear.bias, bias)
        activation = selu() if own else silu()
        norm = [nn.BatchNorm1d(n_hidden)] if variant == "batch norm" and number < norms else []
        layers += [linear, activation, *norm] if after else [linear, *norm, activation]
        if variant == "alpha dropout" and number >= n_layers - drops:
            layers.append(drop(dropout))
    return nn.Sequential(*layers, nn.Linear(n_hidden, n_outputs), *last)


@mutant("p.11.8", replaces="make_mlp", fails="test_twenty_hidden_layers_of_a_hundred")
def nineteen_layers(variant="base", n_inputs=3072, n_outputs=10, n_hidden=100, n_layers=20, dropout=0.1):
    """You count the output layer among the hidden ones: it comes on top of them."""
    return _mlp(variant, n_inputs, n_outputs, n_hidden, n_layers - 1, dropout)


@mutant("p.11.8", replaces="make_mlp", fails="test_twenty_hidden_layers_of_a_hundred")
def probabilities(*args, **options):
    """There is a softmax behind your output layer: the loss takes logits, and has a softmax of its own."""
    return _mlp(*args, **options, last=(nn.Softmax(dim=1),))


@mutant("p.11.8", replaces="make_mlp", fails="test_twenty_hidden_layers_of_a_hundred")
def relu(*args, **options):
    """You take ReLU: SiLU, z times the sigmoid of z, is asked for."""
    return _mlp(*args, **options, silu=nn.ReLU)


@mutant("p.11.8", replaces="make_mlp", fails="test_he_before_silu")
def glorot(*args, **options):
    """Your variance is that of Glorot's or LeCun's rule: before activations like ReLU He's is twice as large."""
    return _mlp(*args, **options, he=1.0)


@mutant("p.11.8", replaces="make_mlp", fails="test_he_before_silu")
def as_pytorch_does(variant="base", n_inputs=3072, n_outputs=10, n_hidden=100, n_layers=20, dropout=0.1):
    """You leave weights and biases as `nn.Linear` draws them, which is much too small for He's rule."""
    model = _mlp(variant, n_inputs, n_outputs, n_hidden, n_layers, dropout)
    if variant in ("base", "batch norm"):
        for part in model:
            if isinstance(part, nn.Linear):
                part.reset_parameters()
    return model


@mutant("p.11.8", replaces="make_mlp", fails="test_he_before_silu")
def fan_out(*args, **options):
    """You divide by the number of units that the layer has: what counts are the inputs that each of them adds up."""
    return _mlp(*args, **options, fan="out")


@mutant("p.11.8", replaces="make_mlp", fails="test_he_before_silu")
def biases_of_a_hundredth(*args, **options):
    """Your biases are not 0."""
    return _mlp(*args, **options, bias=0.01)


@mutant("p.11.8", replaces="make_mlp", fails="test_batch_norm_in_every_layer")
def norm_after_the_activation(*args, **options):
    """Your batch norm stands behind the activation: here it comes right after the linear layer."""
    return _mlp(*args, **options, after=True)


@mutant("p.11.8", replaces="make_mlp", fails="test_batch_norm_in_every_layer")
def one_batch_norm(*args, **options):
    """Only your first hidden layer has batch norm: each of them gets its own."""
    return _mlp(*args, **options, norms=1)


@mutant("p.11.8", replaces="make_mlp", fails="test_selu_keeps_its_signals")
def he_before_selu(*args, **options):
    """SELU keeps signals as they are where weights are drawn by LeCun's rule: He's variance is twice as large."""
    return _mlp(*args, **options, lecun=2.0)


@mutant("p.11.8", replaces="make_mlp", fails="test_selu_keeps_its_signals")
def elu_for_selu(*args, **options):
    """ELU is not SELU: without its two constants the signals shrink from layer to layer."""
    return _mlp(*args, **options, selu=nn.ELU)


@mutant("p.11.8", replaces="make_mlp", fails="test_alpha_dropout_before_the_output")
def plain_dropout(*args, **options):
    """Plain dropout sets units to 0 and moves mean and standard deviation: with SELU take `nn.AlphaDropout`."""
    return _mlp(*args, **options, drop=nn.Dropout)


@mutant("p.11.8", replaces="make_mlp", fails="test_alpha_dropout_before_the_output")
def dropout_everywhere(*args, **options):
    """You drop units in every hidden layer: one alpha dropout, before the output layer, is asked for."""
    return _mlp(*args, **options, drops=99)


@mutant("p.11.8", replaces="make_mlp", fails="test_alpha_dropout_before_the_output")
def dropout_in_all_variants(variant="base", n_inputs=3072, n_outputs=10, n_hidden=100, n_layers=20, dropout=0.1):
    """All of your variants have dropout: it is for "alpha dropout" alone."""
    model = _mlp(variant, n_inputs, n_outputs, n_hidden, n_layers, dropout)
    return model if variant == "alpha dropout" else nn.Sequential(*model[:-1], nn.AlphaDropout(dropout), model[-1])


@mutant("p.11.8", replaces="make_mlp", fails="test_alpha_dropout_before_the_output")
def rate_of_its_own(variant="base", n_inputs=3072, n_outputs=10, n_hidden=100, n_layers=20, dropout=0.1):
    """You don't use `dropout`, the rate that is asked for."""
    return _mlp(variant, n_inputs, n_outputs, n_hidden, n_layers, 0.1)


class _ByFunctions(nn.Module):
    def __init__(self, variant, n_inputs, n_outputs, n_hidden, n_layers, dropout):
        super().__init__()
        sizes = [n_inputs] + [n_hidden] * n_layers
        pointless = variant == "batch norm"
        self.inner = nn.ModuleList(nn.Linear(a, b, bias=not pointless) for a, b in pairwise(sizes))
        self.norms = nn.ModuleList(nn.BatchNorm1d(n_hidden) for _ in range(n_layers if pointless else 0))
        self.selu = variant in ("selu", "alpha dropout")
        self.act = nn.SELU() if self.selu else nn.SiLU()
        self.drop = nn.AlphaDropout(dropout if variant == "alpha dropout" else 0.0)
        self.last = nn.Linear(n_hidden, n_outputs)
        for layer in self.inner:
            nn.init.kaiming_uniform_(layer.weight, nonlinearity="linear" if self.selu else "relu")
            if layer.bias is not None:
                layer.bias.data.fill_(0.0)

    def forward(self, X):
        for number, layer in enumerate(self.inner):
            X = layer(X)
            if len(self.norms):
                X = self.norms[number](X)
            X = self.act(X)
        return self.last(self.drop(X))


@alternative("p.11.8", replaces="make_mlp")
def by_a_class(variant="base", n_inputs=3072, n_outputs=10, n_hidden=100, n_layers=20, dropout=0.1):
    """A module of its own, with uniform weights, and no biases before batch norm."""
    return _ByFunctions(variant, n_inputs, n_outputs, n_hidden, n_layers, dropout)


# ---------------------------------------------------------------- statistics


def _noted(model, X, kind, *, training=False, back=True, clean=True, given=False, axis=None, once=False, less=0):
    """The reference, with everything that can be got wrong as a parameter."""
    found, was = [], model.training

    def note(module, inputs, output):
        values = (inputs[0] if given else output).detach().numpy()
        found.append((float(values.mean()), float(np.mean(values.std(axis=axis, ddof=less)))))

    hooks = [part.register_forward_hook(note) for part in model.modules() if isinstance(part, kind)]
    model.train(training)
    with torch.no_grad():
        model(X)
    if back:
        model.train(was)
    for hook in hooks if clean else []:
        hook.remove()
    return found[:1] if once else found


@mutant("p.11.8", replaces="layer_statistics", fails="test_statistics_of_each_layer")
def what_goes_in(model, X, kind):
    """You look at what a module is given: what comes *out* of it is asked for."""
    return _noted(model, X, kind, given=True)


@mutant("p.11.8", replaces="layer_statistics", fails="test_statistics_of_each_layer")
def mean_over_units(model, X, kind):
    """You take the standard deviation for each unit and then their mean: all numbers together have another one."""
    return _noted(model, X, kind, axis=0)


@mutant("p.11.8", replaces="layer_statistics", fails="test_statistics_of_each_layer")
def first_layer_only(model, X, kind):
    """You tell of the first module only."""
    return _noted(model, X, kind, once=True)


@mutant("p.11.8", replaces="layer_statistics", fails="test_statistics_of_each_layer")
def as_torch_divides(model, X, kind):
    """Your standard deviation divides by one less than there are numbers, which is what `std()` of a tensor does."""
    return _noted(model, X, kind, less=1)


@mutant("p.11.8", replaces="layer_statistics", fails="test_statistics_of_each_layer")
def one_pair_a_module(model, X, kind):
    """You keep one pair for each module: one that is called several times has a pair for each call."""
    found, was = {}, model.training

    def note(module, inputs, output):
        found[module] = (float(output.mean()), float(output.std(correction=0)))

    hooks = [part.register_forward_hook(note) for part in model.modules() if isinstance(part, kind)]
    model.eval()
    with torch.no_grad():
        model(X)
    model.train(was)
    for hook in hooks:
        hook.remove()
    return list(found.values())


@mutant("p.11.8", replaces="layer_statistics", fails="test_statistics_of_each_layer")
def asked_while_training(model, X, kind):
    """You ask the network in training mode: dropout and batch norm then show other numbers."""
    return _noted(model, X, kind, training=True)


@mutant("p.11.8", replaces="layer_statistics", fails="test_looking_changes_nothing")
def hooks_left_behind(model, X, kind):
    """Your hooks stay on the network, and are called whenever it is used: remove them."""
    return _noted(model, X, kind, clean=False)


@mutant("p.11.8", replaces="layer_statistics", fails="test_looking_changes_nothing")
def left_in_evaluation_mode(model, X, kind):
    """You leave the network in evaluation mode: put back the mode that it was in."""
    return _noted(model, X, kind, back=False)


@alternative("p.11.8", replaces="layer_statistics")
def with_tensors_kept(model, X, kind):
    """All outputs are kept and looked at in the end, as an array."""
    kept, modes = [], [(part, part.training) for part in model.modules()]
    handles = [
        part.register_forward_hook(lambda *call: kept.append(call[2].clone()))
        for part in model.modules()
        if isinstance(part, kind)
    ]
    model.eval()(X)
    for handle in handles:
        handle.remove()
    for part, training in modes:
        part.training = training
    return np.array([[value.mean().item(), value.var(unbiased=False).sqrt().item()] for value in kept])
