"""Hidden checks of chapter 16: classes by their names (p.16.12)."""

import numpy as np
import torch
from numpy.testing import assert_allclose
from torch import nn

from autograder.checks.ch16_vision_language.inputs_tuning import clip_encoders, writing_down
from autograder.testing import check
from autograder.testing.modules import tensor
from course.datasets.captioned import PAIRS, TEMPLATES, UNSEEN, captioned_shapes, name_of

NAMES = ["pizza", "sushi", "soup", "ramen", "tacos", "salad", "waffles", "risotto"]


def _texts(rng):
    """Return names, templates, and a table: a vector for each text, some much longer than others."""
    names = [str(name) for name in rng.permutation(NAMES)[: int(rng.integers(3, 7))]]
    templates = [str(one) for one in rng.permutation(["a photo of {}", "{}, on a plate", "I like {}"])]
    d = int(rng.integers(3, 7))
    table = {
        template.format(name): (rng.normal(size=d) * rng.uniform(0.2, 5)).tolist()
        for name in names
        for template in templates
    }
    return names, templates, table


@check("p.16.12", core=True, weight=2, hint="Length 1 twice: first each text, then the mean of a class.")
def test_classes_are_means_of_their_texts(student, rng):
    """A class has the direction of the mean of its texts, each of which counts the same, however long its vector is;
    with one template or several, as arrays or as tensors."""
    for as_tensor, n in ((False, 3), (True, 2), (True, 1)):
        names, templates, table = _texts(rng)
        encode = student.probe_(writing_down)(table, as_tensor)
        found = np.asarray(student.class_embeddings(names, encode, templates[:n]), dtype=float)
        means = []
        for name in names:
            texts = [np.array(table[template.format(name)]) for template in templates[:n]]
            mean = sum(text / np.sqrt(text @ text) for text in texts)
            means.append(mean / np.sqrt(mean @ mean))
        assert found.shape == (len(names), len(means[0]))
        assert_allclose(found, np.array(means), atol=1e-5)
        asked = sorted(text for texts in encode.asked for text in texts)
        assert asked == sorted(template.format(name) for name in names for template in templates[:n])


@check("p.16.12", core=True, hint="Bring the pictures' vectors to length 1. Then a softmax over which axis?")
def test_probabilities_of_the_classes(student, rng):
    """The probabilities are those that PyTorch makes of cosine similarities times the scale, which is 100 if nothing is
    said."""
    for scale in (float(rng.uniform(1, 5)), float(rng.uniform(5, 20)), None):
        n, K, d = (int(n) for n in rng.permutation(np.arange(3, 9))[:3])
        images, classes = rng.normal(size=(n, d)) * rng.uniform(0.3, 4, (n, 1)), rng.normal(size=(K, d))
        classes /= np.linalg.norm(classes, axis=1, keepdims=True)
        cosines = nn.functional.cosine_similarity(torch.tensor(images)[:, None], torch.tensor(classes)[None], dim=2)
        wanted = torch.softmax((scale or 100.0) * cosines, dim=1).numpy()
        found = np.asarray(student.zero_shot(images, classes, *([scale] if scale else [])), dtype=float)
        assert found.shape == (n, K)
        assert_allclose(found, wanted, atol=2e-4)


@check("p.16.12", core=True, at_least=True, hint="Try the two functions one by one on vectors that you have made up.")
def test_names_pairs_that_were_never_seen(student, rng) -> float:
    """With a small CLIP, at least {threshold:.0%} of pictures get the right one of 54 names, though their pairs of
    colour and shape were in no picture and in no caption that it has learned from."""
    drawn = captioned_shapes(rng, 900, UNSEEN)
    encode_images, encode_texts = student.probe_(clip_encoders)()
    vectors = encode_images(tensor(np.moveaxis(drawn.images, -1, 1).astype(np.float32) / 127.5 - 1))
    classes = student.class_embeddings([name_of(pair) for pair in PAIRS], encode_texts, list(TEMPLATES))
    found = np.asarray(student.zero_shot(np.asarray(vectors), np.asarray(classes)))
    assert found.shape == (900, len(PAIRS))
    return float(np.mean([PAIRS[k] == pair for k, pair in zip(found.argmax(axis=1), drawn.pairs, strict=True)]))
