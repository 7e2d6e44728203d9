"""Hidden checks of chapter 16: learning from pictures without labels (p.16.6, p.16.7)."""

import numpy as np
import torch
from numpy.testing import assert_allclose
from torch import nn

from autograder.testing import check
from autograder.testing.closed import ask_all, choice, chosen

# ---------------------------------------------------------------- p.16.6


def _dino(student, teacher, centre, cold, colder) -> float:
    """By PyTorch's cross-entropy, whose targets may be probabilities."""
    wanted = ((torch.tensor(teacher) - torch.tensor(centre)) / colder).softmax(dim=1)
    return float(nn.functional.cross_entropy(torch.tensor(student) / cold, wanted))


@check("p.16.6", core=True, weight=2, hint="Which of the two is centred, and which is the target?")
def test_student_is_measured_by_the_teacher(student, rng):
    """The loss is the cross-entropy of the student's probabilities, with the centred and sharpened ones of the teacher
    as targets, at all temperatures."""
    cases = []
    for _ in range(9):
        B, K = (int(n) for n in rng.integers(2, 8, 2))
        logits, centre = rng.normal(0, 0.5, (2, B, K)), rng.normal(0, 0.5, K)
        cases.append((*logits, centre, rng.uniform(0.3, 1.0), rng.uniform(0.1, 0.8)))
    ask_all(student.dino_loss, _dino, cases)
    logits, centre = rng.normal(0, 0.1, (2, 4, 5)), rng.normal(0, 0.1, 5)
    assert_allclose(student.dino_loss(*logits, centre), _dino(*logits, centre, 0.1, 0.04), rtol=1e-5)


@check("p.16.6", hint="A small probability is rounded to 0, which has no logarithm: `log_softmax` makes it from the "
       "logits.")  # fmt: skip
def test_large_logits_have_a_loss(student, rng):
    """The loss of large logits is right, and finite."""
    for _ in range(3):
        logits, centre = rng.normal(0, 60, (2, 5, 6)), rng.normal(0, 60, 6)
        assert_allclose(student.dino_loss(*logits, centre), _dino(*logits, centre, 0.1, 0.04), rtol=1e-4)


@check("p.16.6", core=True, hint="With a momentum of 1 nothing changes.")
def test_teacher_follows_the_student(student, rng):
    """The new weights lie between the teacher's and the student's, much nearer to the teacher's, in arrays of any
    shape; and neither of the two is changed."""
    for shape in ((), (4,), (3, 5), (2, 3, 4)):
        teacher, weights = rng.normal(size=(2, *shape))
        momentum = float(rng.uniform(0.6, 0.99))
        found, (first, second, _) = student.watch_("follow", teacher, weights, momentum)
        found = np.asarray(found, dtype=float)
        assert found.shape == shape
        assert_allclose(found, weights + momentum * (teacher - weights), atol=1e-6)
        assert_allclose(np.asarray(first), teacher)
        assert_allclose(np.asarray(second), weights)


# ---------------------------------------------------------------- p.16.7


def _jepa(predicted, wanted, hidden) -> float:
    """By PyTorch's loss, over the hidden rows one by one."""
    mask = torch.tensor(hidden)
    return float(nn.functional.mse_loss(torch.tensor(predicted)[mask], torch.tensor(wanted)[mask]))


@check("p.16.7", core=True, weight=2, hint="By how many numbers do you divide? The number of hidden patches differs "
       "from picture to picture.")  # fmt: skip
def test_hidden_patches_count(student, rng):
    """The loss is a mean over the hidden patches of the batch alone, of which some pictures have more than others."""
    cases = []
    for _ in range(10):
        B, N, d = (int(n) for n in rng.integers(2, 7, 3))
        hidden = rng.random((B, N)) < rng.uniform(0.2, 0.8, (B, 1))
        hidden[0, :2] = [True, False]
        cases.append((*rng.normal(size=(2, B, N, d)), hidden))
    ask_all(student.jepa_loss, _jepa, cases)


PREDICTED = ["the pixels of hidden patches", "the vectors of hidden patches", "the class of the picture",
             "labels", "the raw picture", "an average of earlier encoders"]  # fmt: skip


@check("p.16.7", hint="Nothing is painted, and nobody has labelled anything.")
def test_what_is_predicted_and_where_it_comes_from(student, rng):
    """You say what a JEPA predicts, and by what the targets are made."""
    case = ([[[1.0, 2.0], [9.0, 9.0]]], [[[1.0, 4.0], [0.0, 0.0]]], [[True, False]])
    chosen(choice(student, "P_16_7_CHOICE", "jepa_loss", *case), PREDICTED, right=[PREDICTED[1], PREDICTED[5]])
