"""Wrong and right answers of chapter 18: what 500 labels are good for (p.18.10)."""

import copy

import numpy as np
import torch
from sklearn.model_selection import train_test_split
from torch import nn
from torch.nn.functional import cross_entropy, log_softmax

from autograder.testing import alternative, mutant, naive

# ---------------------------------------------------------------- rows to label


@mutant("p.18.10", replaces="draw_labelled", fails="test_equally_many_of_each_class")
def any_rows(y, n, seed=42):
    """You draw rows without a look at their classes: some classes get more than others."""
    return np.random.default_rng(seed).permutation(len(y))[:n]


@mutant("p.18.10", replaces="draw_labelled", fails="test_equally_many_of_each_class")
def in_proportion(y, n, seed=42):
    """You draw as many of a class as it has rows: equally many of each are asked for."""
    rows, _ = train_test_split(np.arange(len(y)), train_size=n, stratify=y, random_state=seed)
    return rows


@mutant("p.18.10", replaces="draw_labelled", fails="test_equally_many_of_each_class")
def rest_left_out(y, n, seed=42):
    """If the classes don't divide the number, your rows are too few: some classes get one more."""
    rng, labels = np.random.default_rng(seed), np.unique(y)
    return np.concatenate([rng.permutation(np.flatnonzero(y == label))[: n // len(labels)] for label in labels])


@mutant("p.18.10", replaces="draw_labelled", fails="test_equally_many_of_each_class")
def the_first_of_each(y, n, seed=42):
    """You take the first rows of each class, whatever the seed: draw them."""
    y = np.asarray(y)
    turn = np.array([(y[:row] == label).sum() for row, label in enumerate(y)])
    return np.random.default_rng(seed).permutation(np.argsort(turn, kind="stable")[:n])


# ---------------------------------------------------------------- classifiers


@naive("p.18.10", replaces="classifier_from", fails="test_few_labels_are_enough")
def from_scratch(autoencoder, n_classes, frozen=False):
    """Your classifier begins with new weights: copy the encoder as it is, `copy.deepcopy(autoencoder.encoder)`."""
    encoder = copy.deepcopy(autoencoder.encoder)
    for layer in encoder.modules():
        if hasattr(layer, "reset_parameters"):
            layer.reset_parameters()
    return nn.Sequential(encoder.requires_grad_(not frozen), nn.Linear(_codings(autoencoder), n_classes))


def _codings(autoencoder):
    encoder = copy.deepcopy(autoencoder.encoder).eval()
    n_inputs = next(layer.in_features for layer in encoder.modules() if isinstance(layer, nn.Linear))
    with torch.no_grad():
        return encoder(torch.zeros(2, n_inputs)).shape[1]


@mutant("p.18.10", replaces="classifier_from", fails="test_begins_with_a_copy_of_the_encoder")
def encoder_itself(autoencoder, n_classes, frozen=False):
    """Your classifier has the autoencoder's own encoder: when it is trained, the autoencoder is spoilt. Copy it."""
    return nn.Sequential(
        autoencoder.encoder.requires_grad_(not frozen), nn.ReLU(), nn.Linear(_codings(autoencoder), n_classes)
    )


@mutant("p.18.10", replaces="classifier_from", fails="test_begins_with_a_copy_of_the_encoder")
def probabilities(autoencoder, n_classes, frozen=False):
    """Your classifier ends in a softmax, which `cross_entropy` does once more: give logits."""
    encoder = copy.deepcopy(autoencoder.encoder).requires_grad_(not frozen)
    return nn.Sequential(encoder, nn.Linear(_codings(autoencoder), n_classes), nn.Softmax(dim=1))


@mutant("p.18.10", replaces="classifier_from", fails="test_frozen_weights_stay")
def never_frozen(autoencoder, n_classes, frozen=False):
    """You never freeze anything: `requires_grad_(False)` for the encoder's copy, if that is asked for."""
    return nn.Sequential(copy.deepcopy(autoencoder.encoder), nn.Linear(_codings(autoencoder), n_classes))


@mutant("p.18.10", replaces="classifier_from", fails="test_frozen_weights_stay")
def always_frozen(autoencoder, n_classes, frozen=False):
    """You always freeze the encoder: only if that is asked for."""
    encoder = copy.deepcopy(autoencoder.encoder).requires_grad_(False)
    return nn.Sequential(encoder, nn.Linear(_codings(autoencoder), n_classes))


@mutant("p.18.10", replaces="classifier_from", fails="test_frozen_weights_stay")
def all_frozen(autoencoder, n_classes, frozen=False):
    """You freeze the new layer as well: then nothing is left to be trained."""
    encoder = copy.deepcopy(autoencoder.encoder)
    last = nn.Linear(_codings(autoencoder), n_classes)
    return nn.Sequential(encoder, last.requires_grad_(not frozen), nn.Identity()).requires_grad_(not frozen)


@mutant("p.18.10", replaces="classifier_from", fails="test_frozen_weights_stay")
def dense_layers_frozen_only(autoencoder, n_classes, frozen=False):
    """You freeze the dense layers alone: the norms between them have a scale and a shift, which have to stay, too."""
    encoder = copy.deepcopy(autoencoder.encoder)
    for layer in encoder.modules():
        if isinstance(layer, nn.Linear):
            layer.requires_grad_(not frozen)
    return nn.Sequential(encoder, nn.Linear(_codings(autoencoder), n_classes))


@mutant("p.18.10", replaces="classifier_from", fails="test_frozen_weights_stay")
def autoencoder_frozen(autoencoder, n_classes, frozen=False):
    """You freeze the autoencoder's own weights before you copy them, and it can't be trained on: freeze the copy."""
    encoder = copy.deepcopy(autoencoder.encoder.requires_grad_(not frozen))
    return nn.Sequential(encoder, nn.Linear(_codings(autoencoder), n_classes))


def _fit(model, X, y, n_epochs, seed, *, weights=None, lr=0.001, loss=cross_entropy, batch=24):
    torch.manual_seed(seed)
    X, y = torch.tensor(np.array(X), dtype=torch.float32), torch.as_tensor(np.array(y)).long()
    weights = [one for one in model.parameters() if one.requires_grad] if weights is None else weights
    if weights:
        optimizer = torch.optim.Adam(weights, lr)
        model.train()
        for _ in range(n_epochs):
            for rows in torch.randperm(len(X)).split(batch):
                if len(rows) > 1:
                    value = loss(model(X[rows]), y[rows])
                    optimizer.zero_grad()
                    value.backward()
                    optimizer.step()
    return model.eval()


@mutant("p.18.10", replaces="fit_classifier", fails="test_frozen_weights_stay")
def trains_a_copy(model, X, y, n_epochs=30, seed=42):
    """You train a copy: the model that is passed in is to be trained itself."""
    return _fit(copy.deepcopy(model), X, y, n_epochs, seed)


@mutant("p.18.10", replaces="fit_classifier", fails="test_frozen_weights_stay")
def thaws_all(model, X, y, n_epochs=30, seed=42):
    """You set all weights free before you train: those that are frozen have to stay as they are."""
    return _fit(model.requires_grad_(True), X, y, n_epochs, seed)


@naive("p.18.10", replaces="fit_classifier", fails="test_few_labels_are_enough")
def last_layer_only(model, X, y, n_epochs=30, seed=42):
    """You train the last layer only, with few and small steps: let the encoder learn as well."""
    return _fit(model, X, y, n_epochs, seed, weights=list(model.parameters())[-2:])


@mutant("p.18.10", replaces="fit_classifier", fails="test_few_labels_are_enough")
def labels_not_shuffled(model, X, y, n_epochs=30, seed=42):
    """You shuffle the rows, and their labels stay where they were: use the same order for both."""
    shuffled = np.random.default_rng(seed).permutation(len(X))
    return _fit(model, np.asarray(X)[shuffled], y, n_epochs, seed)


@mutant("p.18.10", replaces="fit_classifier", fails="test_classifier_is_trained_as_asked_for")
def classifier_without_its_seed(model, X, y, n_epochs=30, seed=42):
    """The order of the rows comes from chance as it happens to be: set the `seed` first."""
    return _fit(model, X, y, n_epochs, int(torch.randint(2**31, ())))


@mutant("p.18.10", replaces="fit_classifier", fails="test_classifier_is_trained_as_asked_for")
def thirty_epochs_always(model, X, y, n_epochs=30, seed=42):
    """You train for as many epochs as you like: `n_epochs` says how many."""
    return _fit(model, X, y, 30, seed)


@mutant("p.18.10", replaces="fit_classifier", fails="test_trained_networks_are_ready_for_use")
def classifier_still_in_training_mode(model, X, y, n_epochs=30, seed=42):
    """You hand the classifier back in training mode: call `eval()` when training is over."""
    return _fit(model, X, y, n_epochs, seed).train()


# ---------------------------------------------------------------- comparing


def _compared(autoencoder, scratch, X, y, X_test, y_test, n_epochs, seed):
    scores = {}
    for name, one in {"pretrained": autoencoder, "scratch": scratch}.items():
        torch.manual_seed(seed)
        encoder = copy.deepcopy(one.encoder)
        model = nn.Sequential(encoder, nn.Linear(_codings(one), int(np.max(y)) + 1))
        _fit(model, X, y, n_epochs, seed)
        with torch.no_grad():
            found = model(torch.as_tensor(np.asarray(X_test, dtype=np.float32))).argmax(dim=1).numpy()
        scores[name] = float((found == np.asarray(y_test)).mean())
    return scores


def _fresh(autoencoder):
    other = copy.deepcopy(autoencoder)
    for layer in other.modules():
        if hasattr(layer, "reset_parameters"):
            layer.reset_parameters()
    return other


@mutant("p.18.10", replaces="compare", fails="test_compares_both_beginnings")
def scored_on_what_was_learned(autoencoder, X, y, X_test, y_test, n_epochs=30, seed=42):
    """Your scores are those of the rows that were learned from: take the test rows."""
    torch.manual_seed(seed)
    return _compared(autoencoder, _fresh(autoencoder), X, y, X, y, n_epochs, seed)


@mutant("p.18.10", replaces="compare", fails="test_compares_both_beginnings")
def both_pretrained(autoencoder, X, y, X_test, y_test, n_epochs=30, seed=42):
    """Both of your classifiers begin with the learned encoder: the second one needs a new one."""
    return _compared(autoencoder, autoencoder, X, y, X_test, y_test, n_epochs, seed)


@mutant("p.18.10", replaces="compare", fails="test_compares_both_beginnings")
def names_swapped(autoencoder, X, y, X_test, y_test, n_epochs=30, seed=42):
    """You have swapped the two scores."""
    torch.manual_seed(seed)
    return _compared(_fresh(autoencoder), autoencoder, X, y, X_test, y_test, n_epochs, seed)


@mutant("p.18.10", replaces="compare", fails="test_compares_both_beginnings")
def whatever_the_seed(autoencoder, X, y, X_test, y_test, n_epochs=30, seed=42):
    """Your new encoder is drawn before the seed is set: the same seed has to give the same scores."""
    other = _fresh(autoencoder)
    return _compared(autoencoder, other, X, y, X_test, y_test, n_epochs, seed)


# ---------------------------------------------------------------- right


@alternative("p.18.10", replaces="draw_labelled")
def class_by_class(y, n, seed=42):
    """Class by class, as a list."""
    rng, y = np.random.default_rng(seed), np.asarray(y)
    labels = rng.permutation(np.unique(y))
    shares = [n // len(labels) + (number < n % len(labels)) for number in range(len(labels))]
    parts = [
        rng.choice(np.flatnonzero(y == label), share, replace=False)
        for label, share in zip(labels, shares, strict=True)
    ]
    return np.concatenate(parts).tolist()


class _Classifier(nn.Module):
    def __init__(self, encoder, n_codings, n_classes):
        super().__init__()
        self.encoder, self.norm = encoder, nn.BatchNorm1d(n_codings)
        self.hidden, self.out = nn.Linear(n_codings, 50), nn.Linear(50, n_classes)

    def forward(self, X):
        return self.out(torch.relu(self.hidden(self.norm(self.encoder(X)))))


@alternative("p.18.10", replaces="classifier_from")
def two_layers_on_top(autoencoder, n_classes, frozen=False):
    """A module of its own, with two layers on top of the codings."""
    encoder = copy.deepcopy(autoencoder.encoder)
    for weight in encoder.parameters():
        weight.requires_grad = not frozen
    return _Classifier(encoder, _codings(autoencoder), n_classes)


@alternative("p.18.10", replaces="fit_classifier")
def all_rows_at_once(model, X, y, n_epochs=30, seed=42):
    """Adam, all rows in each step, a loss written out."""
    return _fit(model, X, y, 2 * n_epochs, seed, batch=1000, loss=lambda found, wanted: -log_softmax(found, dim=1)[torch.arange(len(wanted)), wanted].mean())  # noqa: E501  # fmt: skip


@alternative("p.18.10", replaces="compare")
def with_reset_weights(autoencoder, X, y, X_test, y_test, n_epochs=30, seed=42):
    """The same encoder with its weights drawn anew, and a training of its own."""
    torch.manual_seed(seed)
    return _compared(autoencoder, _fresh(autoencoder), X, y, X_test, y_test, n_epochs, seed)
