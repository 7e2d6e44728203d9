"""Wrong and right answers of chapter 16: learning from pictures without labels (p.16.6, p.16.7)."""

import numpy as np
import torch
from scipy.special import log_softmax, softmax
from torch import nn

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.16.6


def _dino(student, teacher, centre, cold, colder, mean=np.mean):
    wanted = softmax((np.asarray(teacher, dtype=float) - centre) / colder, axis=1)
    return float(mean(-(wanted * log_softmax(np.asarray(student, dtype=float) / cold, axis=1)).sum(axis=1)))


@mutant("p.16.6", replaces="dino_loss", fails="test_student_is_measured_by_the_teacher")
def student_centred_too(student, teacher, centre, student_temperature=0.1, teacher_temperature=0.04):
    """Only the teacher is centred: the student has to learn it."""
    centre = np.asarray(centre)
    return _dino(np.asarray(student) - centre, teacher, centre, student_temperature, teacher_temperature)


@mutant("p.16.6", replaces="dino_loss", fails="test_student_is_measured_by_the_teacher")
def not_centred(student, teacher, centre, student_temperature=0.1, teacher_temperature=0.04):
    """You have forgotten the centre: without it one output may win for all pictures."""
    return _dino(student, teacher, 0.0, student_temperature, teacher_temperature)


@mutant("p.16.6", replaces="dino_loss", fails="test_student_is_measured_by_the_teacher")
def centred_after_the_temperature(student, teacher, centre, student_temperature=0.1, teacher_temperature=0.04):
    """The centre is taken away from the logits, before they are divided by the temperature."""
    colder = teacher_temperature
    return _dino(student, teacher, colder * np.asarray(centre), student_temperature, colder)


@mutant("p.16.6", replaces="dino_loss", fails="test_student_is_measured_by_the_teacher")
def temperatures_exchanged(student, teacher, centre, student_temperature=0.1, teacher_temperature=0.04):
    """It is the teacher that is sharpened more."""
    return _dino(student, teacher, np.asarray(centre), teacher_temperature, student_temperature)


@mutant("p.16.6", replaces="dino_loss", fails="test_student_is_measured_by_the_teacher")
def roles_exchanged(student, teacher, centre, student_temperature=0.1, teacher_temperature=0.04):
    """The teacher's probabilities are the targets, the student's are in the logarithm."""
    said = softmax(np.asarray(student, dtype=float) / student_temperature, axis=1)
    wanted = log_softmax((np.asarray(teacher, dtype=float) - centre) / teacher_temperature, axis=1)
    return float(-(said * wanted).sum(axis=1).mean())


@mutant("p.16.6", replaces="dino_loss", fails="test_student_is_measured_by_the_teacher")
def mean_over_outputs(student, teacher, centre, student_temperature=0.1, teacher_temperature=0.04):
    """A cross-entropy is a sum over the outputs; the mean is over the pictures."""
    centre = np.asarray(centre)
    return _dino(student, teacher, centre, student_temperature, teacher_temperature) / len(centre)


@mutant("p.16.6", replaces="dino_loss", fails="test_student_is_measured_by_the_teacher")
def divergence(student, teacher, centre, student_temperature=0.1, teacher_temperature=0.04):
    """That is the Kullback-Leibler divergence, from which the teacher's own entropy is taken away: the cross-entropy is
    asked for."""
    said = torch.tensor(log_softmax(np.asarray(student, dtype=float) / student_temperature, axis=1))
    wanted = torch.tensor(softmax((np.asarray(teacher, dtype=float) - centre) / teacher_temperature, axis=1))
    return nn.functional.kl_div(said, wanted, reduction="batchmean").item()


@mutant("p.16.6", replaces="dino_loss", fails="test_student_is_measured_by_the_teacher")
def likeliest_only(student, teacher, centre, student_temperature=0.1, teacher_temperature=0.04):
    """The teacher's probabilities are sharp, but they are no labels: all of them are targets, not the largest alone."""
    said = torch.tensor(np.asarray(student, dtype=float) / student_temperature)
    return nn.functional.cross_entropy(said, torch.tensor((np.asarray(teacher) - centre).argmax(axis=1))).item()


@mutant("p.16.6", replaces="dino_loss", fails="test_large_logits_have_a_loss")
def logarithm_of_a_softmax(student, teacher, centre, student_temperature=0.1, teacher_temperature=0.04):
    """You take the logarithm of a softmax, in which small probabilities are 0 already: `log_softmax` is made from the
    logits."""
    said = softmax(np.asarray(student, dtype=float) / student_temperature, axis=1)
    wanted = softmax((np.asarray(teacher, dtype=float) - centre) / teacher_temperature, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(-(wanted * np.log(said)).sum(axis=1).mean())


@mutant("p.16.6", replaces="follow", fails="test_teacher_follows_the_student")
def copies_the_student(teacher, student, momentum):
    """The momentum is the share of the *teacher's* weights that stays."""
    return (1 - momentum) * np.asarray(teacher) + momentum * np.asarray(student)


@mutant("p.16.6", replaces="follow", fails="test_teacher_follows_the_student")
def adds_the_student(teacher, student, momentum):
    """That is the momentum of an optimiser: here the two shares sum to 1."""
    return momentum * np.asarray(teacher) + np.asarray(student)


@mutant("p.16.6", replaces="follow", fails="test_teacher_follows_the_student")
def in_place(teacher, student, momentum):
    """You change the arrays that were passed in: return a new one."""
    teacher *= momentum
    teacher += (1 - momentum) * student
    return teacher


@alternative("p.16.6", replaces="dino_loss")
def by_soft_targets(student, teacher, centre, student_temperature=0.1, teacher_temperature=0.04):
    """By a cross-entropy with probabilities as targets."""
    student, teacher, centre = (torch.tensor(np.asarray(one, dtype=float)) for one in (student, teacher, centre))
    wanted = ((teacher - centre) / teacher_temperature).softmax(dim=1)
    return nn.functional.cross_entropy(student / student_temperature, wanted).item()


@alternative("p.16.6", replaces="follow")
def followed_in_single(teacher, student, momentum):
    """By PyTorch, in single precision."""
    teacher, student = (torch.tensor(np.asarray(one), dtype=torch.float32) for one in (teacher, student))
    return teacher.mul(momentum).add(student, alpha=1 - momentum)


@alternative("p.16.6", replaces="follow")
def by_lerp(teacher, student, momentum):
    """By PyTorch's interpolation."""
    teacher, student = (torch.tensor(np.asarray(one, dtype=float)) for one in (teacher, student))
    return teacher.lerp(student, 1 - momentum)


# ---------------------------------------------------------------- p.16.7


def _squares(predicted, wanted):
    return (np.asarray(predicted, dtype=float) - np.asarray(wanted, dtype=float)) ** 2


@mutant("p.16.7", replaces="jepa_loss", fails="test_hidden_patches_count")
def all_patches(predicted, wanted, hidden):
    """What it says of visible patches does not count."""
    return float(_squares(predicted, wanted).mean())


@mutant("p.16.7", replaces="jepa_loss", fails="test_hidden_patches_count")
def visible_patches(predicted, wanted, hidden):
    """The truth values say which patches were *hidden*."""
    return float(_squares(predicted, wanted)[~np.asarray(hidden, dtype=bool)].mean())


@mutant("p.16.7", replaces="jepa_loss", fails="test_hidden_patches_count")
def divided_by_all(predicted, wanted, hidden):
    """You set visible patches to 0 and divide by the number of all: divide by that of the hidden ones."""
    return float((_squares(predicted, wanted) * np.asarray(hidden)[..., None]).mean())


@mutant("p.16.7", replaces="jepa_loss", fails="test_hidden_patches_count")
def summed_over_the_vector(predicted, wanted, hidden):
    """The mean is over all numbers: those of a vector, too."""
    return float(_squares(predicted, wanted).sum(axis=2)[np.asarray(hidden, dtype=bool)].mean())


@mutant("p.16.7", replaces="jepa_loss", fails="test_hidden_patches_count")
def mean_of_pictures(predicted, wanted, hidden):
    """You take a mean for each picture, and then their mean: pictures with more hidden patches count more."""
    squares, hidden = _squares(predicted, wanted), np.asarray(hidden, dtype=bool)
    return float(np.mean([one[rows].mean() for one, rows in zip(squares, hidden, strict=True) if rows.any()]))


@mutant("p.16.7", replaces="jepa_loss", fails="test_hidden_patches_count")
def absolute_errors(predicted, wanted, hidden):
    """Squares are asked for: yours are absolute differences."""
    return float(np.sqrt(_squares(predicted, wanted))[np.asarray(hidden, dtype=bool)].mean())


@mutant("p.16.7", replaces="jepa_loss", fails="test_hidden_patches_count")
def root_of_the_mean(predicted, wanted, hidden):
    """The mean of the squares is asked for: no root is taken of it."""
    return float(np.sqrt(_squares(predicted, wanted)[np.asarray(hidden, dtype=bool)].mean()))


@mutant("p.16.7", replaces="P_16_7_CHOICE", fails="test_what_is_predicted_and_where_it_comes_from", constant=True)
def paints_pixels():
    """That is a masked autoencoder: a JEPA predicts what an encoder makes of the hidden parts."""
    return ["the pixels of hidden patches", "the raw picture"]


@alternative("p.16.7", replaces="jepa_loss")
def by_indices(predicted, wanted, hidden):
    """By PyTorch, with the numbers of the hidden patches."""
    rows = torch.tensor(np.asarray(hidden)).flatten().nonzero()[:, 0]
    one, other = (torch.tensor(np.asarray(part, dtype=float)).flatten(0, 1)[rows] for part in (predicted, wanted))
    return nn.functional.mse_loss(one, other).item()
