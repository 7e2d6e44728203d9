"""Wrong and right answers of chapter 16: a ViT with a new head (p.16.12)."""

import copy

import numpy as np
import torch
from torch import nn

from autograder.testing import alternative, mutant, naive
from solutions.ch16_vision_language.tuning import cut_patches, finetune_vit

# ---------------------------------------------------------------- patches and tokens


def _cut(images, size):
    B, C, height, width = images.shape
    return images.reshape(B, C, height // size, size, width // size, size)  # (B, C, rows, size, columns, size)


@mutant("p.16.12", replaces="cut_patches", fails="test_patches_are_cut_in_order")
def reshaped_only(images, size):
    """To `reshape` a picture cuts it into strips of pixels that follow each other: take axes apart, then permute."""
    return images.reshape(len(images), -1, images.shape[1] * size**2)


@mutant("p.16.12", replaces="cut_patches", fails="test_patches_are_cut_in_order")
def column_by_column(images, size):
    """Your patches go from top to bottom: left to right first, row by row."""
    return _cut(images, size).permute(0, 4, 2, 1, 3, 5).flatten(3).flatten(1, 2)


@mutant("p.16.12", replaces="cut_patches", fails="test_patches_are_cut_in_order")
def channels_last(images, size):
    """Within a patch the channels come first: all of channel 0, then channel 1."""
    return _cut(images, size).permute(0, 2, 4, 3, 5, 1).flatten(3).flatten(1, 2)


@mutant("p.16.12", replaces="cut_patches", fails="test_patches_are_cut_in_order")
def patches_on_their_side(images, size):
    """What is inside of a patch lies on its side: rows come before columns."""
    return _cut(images, size).permute(0, 2, 4, 1, 5, 3).flatten(3).flatten(1, 2)


def _tokens(images, weight, bias):
    return cut_patches(images, weight.shape[-1]) @ weight.flatten(1).T + bias


@mutant("p.16.12", replaces="vit_tokens", fails="test_tokens_are_those_of_a_vit")
def class_token_last(images, weight, bias, class_token, positions):
    """The class token is the first one."""
    tokens = _tokens(images, weight, bias)
    return torch.cat([tokens, class_token.expand(len(images), -1, -1)], dim=1) + positions


@mutant("p.16.12", replaces="vit_tokens", fails="test_tokens_are_those_of_a_vit")
def class_token_without_position(images, weight, bias, class_token, positions):
    """The class token gets a position, too."""
    tokens = _tokens(images, weight, bias) + positions[:, 1:]
    return torch.cat([class_token.expand(len(images), -1, -1), tokens], dim=1)


@mutant("p.16.12", replaces="vit_tokens", fails="test_tokens_are_those_of_a_vit")
def without_bias(images, weight, bias, class_token, positions):
    """The bias of the linear layer is missing."""
    tokens = _tokens(images, weight, 0 * bias)
    return torch.cat([class_token.expand(len(images), -1, -1), tokens], dim=1) + positions


@mutant("p.16.12", replaces="vit_tokens", fails="test_tokens_are_those_of_a_vit")
def without_positions(images, weight, bias, class_token, positions):
    """Nothing tells your tokens where they stand: add the positions."""
    return torch.cat([class_token.expand(len(images), -1, -1), _tokens(images, weight, bias)], dim=1)


@alternative("p.16.12", replaces="cut_patches")
def by_unfold(images, size):
    """By PyTorch's unfold."""
    return nn.functional.unfold(images, size, stride=size).transpose(1, 2)


@alternative("p.16.12", replaces="vit_tokens")
def by_convolution(images, weight, bias, class_token, positions):
    """By a convolution, as transformers does it."""
    patches = nn.functional.conv2d(images, weight, bias, stride=weight.shape[-2:]).flatten(2).transpose(1, 2)
    return torch.cat([class_token.repeat(len(images), 1, 1), patches], dim=1) + positions


# ---------------------------------------------------------------- a new head


def _with_head(model, names, seed, *, known=True):
    torch.manual_seed(seed)
    model.classifier = nn.Linear(model.config.hidden_size, len(names))
    if known:
        model.config.id2label = dict(enumerate(names))
        model.config.label2id = {name: number for number, name in enumerate(names)}
        model.num_labels = len(names)
    return model


@mutant("p.16.12", replaces="with_new_head", fails="test_old_model_is_left_alone")
def head_of_the_old_one(model, names, seed=42):
    """You give the old model another head: copy it first."""
    return _with_head(model, names, seed)


@mutant("p.16.12", replaces="with_new_head", fails="test_old_model_is_left_alone")
def shallow_copy(model, names, seed=42):
    """`copy.copy` copies the shell only: the body's weights are trained in both."""
    new = copy.copy(model)
    new._modules = dict(model._modules)
    new.config = copy.deepcopy(model.config)
    return _with_head(new, names, seed)


@mutant("p.16.12", replaces="with_new_head", fails="test_configuration_knows_the_new_classes")
def old_configuration(model, names, seed=42):
    """The configuration has still the old classes: their number decides how the loss is computed and what can be
    loaded."""
    return _with_head(copy.deepcopy(model), names, seed, known=False)


@mutant("p.16.12", replaces="with_new_head", fails="test_configuration_knows_the_new_classes")
def numbers_for_names(model, names, seed=42):
    """You tell the configuration how many classes there are: it then calls them LABEL_0, LABEL_1 and so on. Give it
    their names."""
    new = _with_head(copy.deepcopy(model), names, seed, known=False)
    new.config.num_labels = new.num_labels = len(names)
    return new


@mutant("p.16.12", replaces="with_new_head", fails="test_head_is_new_and_the_body_is_not")
def same_head_for_each_seed(model, names, seed=42):
    """Your head does not depend on the seed."""
    return _with_head(copy.deepcopy(model), names, 42)


@mutant("p.16.12", replaces="with_new_head", fails="test_head_is_new_and_the_body_is_not")
def head_of_zeros(model, names, seed=42):
    """The head's weights are to be drawn: all of yours are 0."""
    new = _with_head(copy.deepcopy(model), names, seed)
    nn.init.zeros_(new.classifier.weight)
    return new


@mutant("p.16.12", replaces="with_new_head", fails="test_head_is_new_and_the_body_is_not")
def old_head(model, names, seed=42):
    """The old head has logits for the old classes."""
    new = copy.deepcopy(model)
    new.config.id2label = dict(enumerate(names))
    new.config.label2id = {name: number for number, name in enumerate(names)}
    return new


@naive("p.16.12", replaces="with_new_head", fails="test_learns_new_classes_from_few_pictures")
def body_from_scratch(model, names, seed=42):
    """You make a model of the same configuration, with random weights: take over the old body's."""
    torch.manual_seed(seed)
    return _with_head(type(model)(copy.deepcopy(model.config)), names, seed)


@alternative("p.16.12", replaces="with_new_head")
def by_state(model, names, seed=42):
    """Makes a new model and loads the body's state."""
    config = copy.deepcopy(model.config)
    config.id2label = {k: str(name) for k, name in enumerate(names)}
    config.label2id = {str(name): k for k, name in enumerate(names)}
    torch.manual_seed(seed)
    new = type(model)(config)
    new.vit.load_state_dict(model.vit.state_dict())
    return new


@alternative("p.16.12", replaces="with_new_head")
def by_saving(model, names, seed=42):
    """Saves the model and loads it, with other sizes ignored, as one does with a large one."""
    import tempfile

    torch.manual_seed(seed)
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        new = type(model).from_pretrained(
            folder,
            num_labels=len(names),
            id2label=dict(enumerate(names)),
            label2id={name: k for k, name in enumerate(names)},
            ignore_mismatched_sizes=True,
        )
    torch.manual_seed(seed)
    new.classifier.reset_parameters()
    return new


# ---------------------------------------------------------------- training


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
