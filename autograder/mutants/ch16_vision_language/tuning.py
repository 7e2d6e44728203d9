"""Wrong and right answers of chapter 16: a ViT with a new head (p.16.12)."""

import copy
import tempfile

import torch
from torch import nn

from autograder.testing import alternative, mutant, naive
from solutions.ch16_vision_language.tuning import cut_patches

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


@mutant("p.16.12", replaces="with_new_head", fails="test_head_is_new_and_the_body_is_not")
def kept_where_it_fits(model, names, seed=42):
    """`ignore_mismatched_sizes` draws a head only where the old one does not fit: with as many classes as before you
    keep the old one."""
    torch.manual_seed(seed)
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        return type(model).from_pretrained(
            folder,
            id2label=dict(enumerate(names)),
            label2id={name: k for k, name in enumerate(names)},
            ignore_mismatched_sizes=True,
        )


@mutant("p.16.12", replaces="with_new_head", fails="test_old_model_is_left_alone")
def configuration_of_both(model, names, seed=42):
    """Your new model has the old one's configuration itself, so that what you write into it changes the old model, too:
    copy it first."""
    new = _with_head(type(model)(model.config), names, seed)
    new.vit.load_state_dict(model.vit.state_dict())
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
