"""Wrong and right answers of chapter 16: classes by their names (p.16.12)."""

import numpy as np
import torch
from scipy.special import softmax
from torch import nn

from autograder.testing import alternative, mutant, naive


def _unit(values):
    values = np.asarray(values, dtype=float)
    return values / np.linalg.norm(values, axis=-1, keepdims=True)


def _encoded(names, encode_texts, templates):
    found = encode_texts([template.format(name) for name in names for template in templates])
    return np.asarray(found, dtype=float).reshape(len(names), len(templates), -1)


@mutant("p.16.12", replaces="class_embeddings", fails="test_classes_are_means_of_their_texts")
def names_without_template(names, encode_texts, templates):
    """The names alone are no captions, such as CLIP has learned from: put them into the templates."""
    return _unit(encode_texts(list(names)))


@mutant("p.16.12", replaces="class_embeddings", fails="test_classes_are_means_of_their_texts")
def first_template(names, encode_texts, templates):
    """You use the first template only."""
    return _unit(_encoded(names, encode_texts, templates[:1])[:, 0])


@mutant("p.16.12", replaces="class_embeddings", fails="test_classes_are_means_of_their_texts")
def long_texts_count_more(names, encode_texts, templates):
    """Bring each text to length 1 before you take the mean: else the one with the longest vector decides."""
    return _unit(_encoded(names, encode_texts, templates).mean(axis=1))


@mutant("p.16.12", replaces="class_embeddings", fails="test_classes_are_means_of_their_texts")
def means_as_they_are(names, encode_texts, templates):
    """The mean of vectors of length 1 is shorter: bring it to length 1 again."""
    return _unit(_encoded(names, encode_texts, templates)).mean(axis=1)


@mutant("p.16.12", replaces="class_embeddings", fails="test_classes_are_means_of_their_texts")
def classes_mixed_up(names, encode_texts, templates):
    """You encode template by template, and take the means as if it were name by name."""
    found = _unit(encode_texts([template.format(name) for template in templates for name in names]))
    return _unit(found.reshape(len(names), len(templates), -1).mean(axis=1))


@naive("p.16.12", replaces="class_embeddings", fails="test_names_pairs_that_were_never_seen")
def template_as_it_is(names, encode_texts, templates):
    """You encode the templates without the names: all classes are the same."""
    return np.repeat(_unit(encode_texts(list(templates))).mean(axis=0, keepdims=True), len(names), axis=0)


@naive("p.16.12", replaces="class_embeddings", fails="test_names_pairs_that_were_never_seen")
def first_word(names, encode_texts, templates):
    """You encode the first word of a name only: put all of it into the template."""
    return _unit(_unit(_encoded([name.split()[0] for name in names], encode_texts, templates)).mean(axis=1))


@alternative("p.16.12", replaces="class_embeddings")
def class_by_class(names, encode_texts, templates):
    """With tensors, class by class, as a list."""
    found = []
    for name in names:
        texts = torch.as_tensor(np.asarray(encode_texts([template.format(name) for template in templates])))
        found.append(nn.functional.normalize(nn.functional.normalize(texts.float(), dim=1).sum(dim=0), dim=0).tolist())
    return found


def _logits(images, classes, scale):
    return scale * _unit(images) @ np.asarray(classes, dtype=float).T


@mutant("p.16.12", replaces="zero_shot", fails="test_probabilities_of_the_classes")
def pictures_as_they_are(images, classes, scale=100.0):
    """The pictures' vectors have any length: bring them to length 1."""
    return softmax(scale * np.asarray(images, dtype=float) @ np.asarray(classes, dtype=float).T, axis=1)


@mutant("p.16.12", replaces="zero_shot", fails="test_probabilities_of_the_classes")
def similarities(images, classes, scale=100.0):
    """Those are cosines: a softmax makes probabilities of them."""
    return _logits(images, classes, 1.0)


@mutant("p.16.12", replaces="zero_shot", fails="test_probabilities_of_the_classes")
def without_scale(images, classes, scale=100.0):
    """You have left out the scale: cosines differ by little, and so do your probabilities."""
    return softmax(_logits(images, classes, 1.0), axis=1)


@mutant("p.16.12", replaces="zero_shot", fails="test_probabilities_of_the_classes")
def scale_turned_round(images, classes, scale=100.0):
    """The scale multiplies."""
    return softmax(_logits(images, classes, 1 / scale), axis=1)


@mutant("p.16.12", replaces="zero_shot", fails="test_probabilities_of_the_classes")
def over_the_pictures(images, classes, scale=100.0):
    """Your softmax goes over the pictures: the classes are the second axis."""
    return softmax(_logits(images, classes, scale), axis=0)


@naive("p.16.12", replaces="zero_shot", fails="test_names_pairs_that_were_never_seen")
def farthest(images, classes, scale=100.0):
    """Distances have their sign the other way round: the most similar class is the most probable."""
    apart = np.linalg.norm(_unit(images)[:, None] - np.asarray(classes)[None], axis=2)
    return softmax(scale * apart, axis=1)


@alternative("p.16.12", replaces="zero_shot")
def with_tensors(images, classes, scale=100.0):
    """By PyTorch, in single precision."""
    images, classes = (torch.as_tensor(np.asarray(one), dtype=torch.float32) for one in (images, classes))
    return torch.softmax(scale * nn.functional.normalize(images, dim=1) @ classes.T, dim=1)
