"""Wrong and right answers of chapter 16: a ViT that is trained (p.16.12)."""

import numpy as np
import torch
from torch import nn

from autograder.testing import alternative, mutant, naive
from solutions.ch16_vision_language.tuning_training import finetune_vit


def _groups(model, lr, head_lr):
    return [{"params": model.vit.parameters(), "lr": lr}, {"params": model.classifier.parameters(), "lr": head_lr}]


def _trained(model, batches, n_epochs, lr, head_lr, seed, parameters=None, *, training=True, fresh=True):
    torch.manual_seed(seed)
    optimizer = torch.optim.AdamW(parameters or _groups(model, lr, head_lr))
    for _ in range(n_epochs):
        model.train(training)
        for X, y in batches:
            if fresh:
                optimizer.zero_grad()
            nn.functional.cross_entropy(model(pixel_values=X).logits, y).backward()
            optimizer.step()
        yield
    model.eval()


def _accuracy(model, valid, training=False):
    model.train(training)
    with torch.no_grad():
        return float(torch.cat([model(pixel_values=X).logits.argmax(dim=1) == y for X, y in valid]).float().mean())


@mutant("p.16.12", replaces="finetune_vit", fails="test_whole_model_is_trained_and_handed_back")
def head_only(model, train, valid, n_epochs=10, lr=1e-4, head_lr=1e-2, seed=42):
    """You train the head alone: give the optimiser all parameters."""
    head = [{"params": model.classifier.parameters(), "lr": head_lr}]
    steps = _trained(model, train, n_epochs, lr, head_lr, seed, head)
    history = [_accuracy(model, valid) for _ in steps]
    return history


@mutant("p.16.12", replaces="finetune_vit", fails="test_whole_model_is_trained_and_handed_back")
def left_in_training_mode(model, train, valid, n_epochs=10, lr=1e-4, head_lr=1e-2, seed=42):
    """You leave the model in training mode."""
    history = finetune_vit(model, train, valid, n_epochs, lr, head_lr, seed)
    model.train()
    return history


@mutant("p.16.12", replaces="finetune_vit", fails="test_learns_and_is_asked_in_the_right_mode")
def asked_in_training_mode(model, train, valid, n_epochs=10, lr=1e-4, head_lr=1e-2, seed=42):
    """You ask about the pictures to validate on in training mode, where a model with dropout guesses: `eval()` first,
    without gradients is not enough."""
    steps = _trained(model, train, n_epochs, lr, head_lr, seed)
    return [_accuracy(model, valid, training=True) for _ in steps]


@mutant("p.16.12", replaces="finetune_vit", fails="test_learns_and_is_asked_in_the_right_mode")
def learns_in_evaluation_mode(model, train, valid, n_epochs=10, lr=1e-4, head_lr=1e-2, seed=42):
    """A model comes from `from_pretrained` in evaluation mode, and is left in it by each validation: `train()` has to
    come before every epoch."""
    return [_accuracy(model, valid) for _ in _trained(model, train, n_epochs, lr, head_lr, seed, training=False)]


@mutant("p.16.12", replaces="finetune_vit", fails="test_each_step_is_its_own_batchs")
def gradients_kept(model, train, valid, n_epochs=10, lr=1e-4, head_lr=1e-2, seed=42):
    """The gradients of all batches add up, since nothing sets them back: `zero_grad()` before each `backward()`."""
    return [_accuracy(model, valid) for _ in _trained(model, train, n_epochs, lr, head_lr, seed, fresh=False)]


@mutant("p.16.12", replaces="finetune_vit", fails="test_history_is_of_the_pictures_to_validate_on")
def mean_of_batches(model, train, valid, n_epochs=10, lr=1e-4, head_lr=1e-2, seed=42):
    """You take the mean of the batches' accuracies, in which a small batch counts as much as a large one."""
    steps = _trained(model, train, n_epochs, lr, head_lr, seed)
    return [float(np.mean([_accuracy(model, [batch]) for batch in valid])) for _ in steps]


@mutant("p.16.12", replaces="finetune_vit", fails="test_history_is_of_the_pictures_to_validate_on")
def accuracy_of_training(model, train, valid, n_epochs=10, lr=1e-4, head_lr=1e-2, seed=42):
    """Those are the accuracies on what was learned from: the pictures of `valid` are asked for."""
    return finetune_vit(model, train, train, n_epochs, lr, head_lr, seed)


@mutant("p.16.12", replaces="finetune_vit", fails="test_history_is_of_the_pictures_to_validate_on")
def learns_from_all(model, train, valid, n_epochs=10, lr=1e-4, head_lr=1e-2, seed=42):
    """From the pictures to validate on nothing may be learned."""
    return finetune_vit(model, [*train, *valid], valid, n_epochs, lr, head_lr, seed)


@mutant("p.16.12", replaces="finetune_vit", fails="test_history_is_of_the_pictures_to_validate_on")
def before_each_epoch(model, train, valid, n_epochs=10, lr=1e-4, head_lr=1e-2, seed=42):
    """You ask before each epoch, so that the last figure is not that of the model that comes back."""
    first = _accuracy(model, valid)
    return [first, *finetune_vit(model, train, valid, n_epochs, lr, head_lr, seed)[:-1]]


@mutant("p.16.12", replaces="finetune_vit", fails="test_history_is_of_the_pictures_to_validate_on")
def counted_on(model, train, valid, n_epochs=10, lr=1e-4, head_lr=1e-2, seed=42):
    """You count on from epoch to epoch, so that an accuracy is of all epochs until then: begin with 0 in each."""
    found = [_accuracy(model, valid) for _ in _trained(model, train, n_epochs, lr, head_lr, seed)]
    return np.cumsum(found) / np.arange(1, n_epochs + 1)


@mutant("p.16.12", replaces="finetune_vit", fails="test_history_is_of_the_pictures_to_validate_on")
def last_one_repeated(model, train, valid, n_epochs=10, lr=1e-4, head_lr=1e-2, seed=42):
    """You ask once, after all epochs: an accuracy after each of them is asked for."""
    for _ in _trained(model, train, n_epochs, lr, head_lr, seed):
        pass
    return [_accuracy(model, valid)] * n_epochs


@naive("p.16.12", replaces="finetune_vit", fails="test_learns_new_classes_from_few_pictures")
def weights_drawn_anew(model, train, valid, n_epochs=10, lr=1e-4, head_lr=1e-2, seed=42):
    """You begin with random weights: what the model knows is lost."""
    torch.manual_seed(seed)
    for part in model.modules():
        if hasattr(part, "reset_parameters"):
            part.reset_parameters()
    return finetune_vit(model, train, valid, n_epochs, lr, head_lr, seed)


@mutant("p.16.12", replaces="finetune_vit", fails="test_head_and_body_have_rates_of_their_own")
def one_small_rate(model, train, valid, n_epochs=10, lr=1e-4, head_lr=1e-2, seed=42):
    """Your head learns as slowly as the body: it has a rate of its own."""
    return finetune_vit(model, train, valid, n_epochs, lr, lr, seed)


@mutant("p.16.12", replaces="finetune_vit", fails="test_head_and_body_have_rates_of_their_own")
def rates_exchanged(model, train, valid, n_epochs=10, lr=1e-4, head_lr=1e-2, seed=42):
    """The two rates have changed places: `lr` is the body's, `head_lr` the head's."""
    return finetune_vit(model, train, valid, n_epochs, head_lr, lr, seed)


@naive(
    "p.16.12",
    replaces="finetune_vit",
    fails=["test_head_and_body_have_rates_of_their_own", "test_learns_new_classes_from_few_pictures"],
)
def one_large_rate(model, train, valid, n_epochs=10, lr=1e-4, head_lr=1e-2, seed=42):
    """Your body learns as fast as the head, and what it knew is lost: it has a rate of its own."""
    return finetune_vit(model, train, valid, n_epochs, head_lr, head_lr, seed)


@alternative("p.16.12", replaces="finetune_vit")
def by_the_models_own_loss(model, train, valid, n_epochs=10, lr=1e-4, head_lr=1e-2, seed=42):
    """With the loss that the model computes itself, and Adam."""
    torch.manual_seed(seed)
    optimizer, history = torch.optim.Adam(_groups(model, lr, head_lr)), []
    for _ in range(n_epochs):
        model.train()
        for X, y in train:
            optimizer.zero_grad()
            model(pixel_values=X, labels=y).loss.backward()
            optimizer.step()
        history.append(_accuracy(model, valid))
    model.eval()
    return history


@alternative("p.16.12", replaces="finetune_vit")
def by_plain_descent(model, train, valid, n_epochs=10, lr=1e-4, head_lr=1e-2, seed=42):
    """By stochastic gradient descent, without momentum, and with an optimiser for each part."""
    optimizers = [torch.optim.SGD([group]) for group in _groups(model, lr, head_lr)]
    history = []
    for _ in range(n_epochs):
        model.train()
        for X, y in train:
            model.zero_grad()
            model(pixel_values=X, labels=y).loss.backward()
            for optimizer in optimizers:
                optimizer.step()
        history.append(_accuracy(model, valid))
    model.eval()
    return history


@alternative("p.16.12", replaces="finetune_vit")
def rate_that_falls(model, train, valid, n_epochs=10, lr=1e-4, head_lr=1e-2, seed=42):
    """With rates that rise and fall."""
    torch.manual_seed(seed)
    optimizer = torch.optim.AdamW(_groups(model, lr, head_lr), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, [lr, head_lr], total_steps=n_epochs * len(list(train)))
    history = []
    for _ in range(n_epochs):
        model.train()
        for X, y in train:
            loss = nn.functional.cross_entropy(model(pixel_values=X).logits, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        history.append(_accuracy(model, valid))
    model.eval()
    return np.array(history)
