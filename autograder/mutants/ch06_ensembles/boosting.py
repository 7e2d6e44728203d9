"""Chapter 6, questions on boosting (p.06.6, p.06.7): wrong answers, and right ones."""

import itertools
import math

import numpy as np

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.06.6


@mutant("p.06.6", replaces="boosted_weights", fails="test_weights_after_a_round")
def not_normalised(weights, wrong, learning_rate):
    """Your weights don't add up to 1: divide by their sum at the end."""
    weights, wrong = np.asarray(weights), np.asarray(wrong)
    r = weights[wrong].sum() / weights.sum()
    return weights * np.where(wrong, ((1 - r) / r) ** learning_rate, 1)


@mutant("p.06.6", replaces="boosted_weights", fails="test_weights_after_a_round")
def rows_counted(weights, wrong, learning_rate):
    """You take the share of wrong *rows*: each counts by its weight."""
    r = np.mean(wrong)
    weights = np.asarray(weights) * np.where(wrong, ((1 - r) / r) ** learning_rate, 1)
    return weights / weights.sum()


@mutant("p.06.6", replaces="boosted_weights", fails="test_weights_after_a_round")
def rate_forgotten(weights, wrong, learning_rate):
    """Your answer does not depend on the learning rate: it scales the say of each model."""
    weights, wrong = np.asarray(weights), np.asarray(wrong)
    weights = weights * np.where(wrong, weights[~wrong].sum() / weights[wrong].sum(), 1)
    return weights / weights.sum()


@mutant("p.06.6", replaces="boosted_weights", fails="test_weights_after_a_round")
def right_rows_rewarded(weights, wrong, learning_rate):
    """You raise the weights of the rows that were right: it is the others that need attention."""
    weights, wrong = np.asarray(weights), np.asarray(wrong)
    r = weights[wrong].sum() / weights.sum()
    weights = weights * np.where(wrong, 1, ((1 - r) / r) ** learning_rate)
    return weights / weights.sum()


@mutant("p.06.6", replaces="boosted_weights", fails="test_weights_after_a_round")
def right_rows_shrunk_as_well(weights, wrong, learning_rate):
    """You multiply the other rows by exp(-say) as well: with the whole say on both sides, each round counts twice."""
    weights, wrong = np.asarray(weights), np.asarray(wrong)
    r = weights[wrong].sum() / weights.sum()
    weights = weights * ((1 - r) / r) ** np.where(wrong, learning_rate, -learning_rate)
    return weights / weights.sum()


@mutant("p.06.6", replaces="boosted_weights", fails="test_weights_after_a_round")
def half_the_say(weights, wrong, learning_rate):
    """You take half of the logarithm, as some books do that also shrink the weights of the other rows: here only the
    wrong rows change, by the whole of it."""
    weights, wrong = np.asarray(weights), np.asarray(wrong)
    r = weights[wrong].sum() / weights.sum()
    weights = weights * np.where(wrong, ((1 - r) / r) ** (learning_rate / 2), 1)
    return weights / weights.sum()


@mutant("p.06.6", replaces="boosted_weights", fails="test_weights_after_a_round")
def rate_times_the_factor(weights, wrong, learning_rate):
    """You multiply the factor by the learning rate: it scales the say, before `exp`."""
    weights, wrong = np.asarray(weights), np.asarray(wrong)
    r = weights[wrong].sum() / weights.sum()
    weights = weights * np.where(wrong, learning_rate * (1 - r) / r, 1)
    return weights / weights.sum()


@mutant("p.06.6", replaces="boosted_weights", fails="test_weights_after_a_round")
def weights_taken_for_shares(weights, wrong, learning_rate):
    """Your r is a share only where the weights add up to 1: divide by their sum."""
    weights, wrong = np.asarray(weights), np.asarray(wrong)
    r = weights[wrong].sum()
    factor = abs((1 - r) / r) ** learning_rate  # a logarithm would say nan
    weights = np.where(wrong, weights * factor, weights)
    return weights / weights.sum()


@mutant("p.06.6", replaces="boosted_weights", fails="test_weights_after_a_model_worse_than_chance")
def never_below_zero(weights, wrong, learning_rate):
    """You keep the say from falling below 0: a model that is mostly wrong is right the other way round, and its wrong
    rows lose weight."""
    weights, wrong = np.asarray(weights), np.asarray(wrong)
    r = weights[wrong].sum() / weights.sum()
    weights = weights * np.where(wrong, max(1.0, (1 - r) / r) ** learning_rate, 1)
    return weights / weights.sum()


@mutant("p.06.6", replaces="P_06_6_CHOICE", fails="test_what_helps_against_underfitting", constant=True)
def cure_for_overfitting():
    """These changes hold the ensemble back, which helps against overfitting: yours learns too little."""
    return ["stopping when the validation error rises", "equal weights for all rows in each round"]


@mutant("p.06.6", replaces="P_06_6_CHOICE", fails="test_what_helps_against_underfitting", constant=True)
def only_more_estimators():
    """That helps, but it is not all: the base model may be too simple, and each may count for too little."""
    return ["a hundred estimators"]


@alternative("p.06.6", replaces="boosted_weights")
def in_plain_python(weights, wrong, learning_rate):
    """Lists; the factor as a power."""
    total = sum(weights)
    r = sum(itertools.compress(weights, wrong)) / total
    raised = [w * ((1 - r) / r) ** learning_rate if bad else w for w, bad in zip(weights, wrong, strict=True)]
    return [float(w / sum(raised)) for w in raised]


@alternative("p.06.6", replaces="boosted_weights")
def half_on_either_side(weights, wrong, learning_rate):
    """As it is written in many books: half of the say up for wrong rows and down for the others."""
    weights, wrong = np.array(weights, dtype=float), np.asarray(wrong)
    r = weights[wrong].sum() / weights.sum()
    half = 0.5 * learning_rate * np.log((1 - r) / r)
    weights *= np.exp(np.where(wrong, half, -half))
    return weights / weights.sum()


# ---------------------------------------------------------------- p.06.7


@mutant("p.06.7", replaces="trees_needed", fails="test_trees_needed_to_fit")
def shares_add_up(learning_rate, left):
    """Each tree takes the same share of what is *left over*, not of the whole target: the rest shrinks by a factor."""
    return math.ceil((1 - left) / learning_rate)


@mutant("p.06.7", replaces="trees_needed", fails="test_trees_needed_to_fit")
def rate_is_what_stays(learning_rate, left):
    """The learning rate is the share that a tree takes away: 1 - learning_rate stays."""
    return math.ceil(math.log(left) / math.log(learning_rate)) if learning_rate < 1 else 1


@mutant("p.06.7", replaces="stop_early", fails="test_stops_in_time")
def sees_the_future(errors, patience):
    """You take the lowest error of all: training is given up when patience runs out, and later ones are never seen."""
    return int(np.argmin(errors)) + 1


@mutant("p.06.7", replaces="stop_early", fails="test_stops_in_time")
def keeps_the_useless_trees(errors, patience):
    """You keep the trees that were added while waiting: go back to the lowest error."""
    best = 0
    for i in range(len(errors)):
        best = i if errors[i] < errors[best] else best
        if i - best >= patience:
            return i + 1
    return len(errors)


@mutant("p.06.7", replaces="stop_early", fails="test_stops_in_time")
def numbers_from_zero(errors, patience):
    """Your number is one too small: errors[0] is the error of one tree."""
    best = 0
    for i in range(len(errors)):
        best = i if errors[i] < errors[best] else best
        if i - best >= patience:
            break
    return best


def _patient(errors, patience, better):
    best = waited = 0
    for i in range(1, len(errors)):
        waited = 0 if better(errors, i, best) else waited + 1
        best = i if errors[i] < errors[best] else best
        if waited >= patience:
            break
    return best + 1


@mutant("p.06.7", replaces="stop_early", fails="test_stops_in_time")
def compares_with_the_tree_before(errors, patience):
    """You wait anew whenever an error is lower than the one before it: it has to be lower than all before."""
    return _patient(errors, patience, lambda errors, i, best: errors[i] < errors[i - 1])


@mutant("p.06.7", replaces="stop_early", fails="test_stops_in_time")
def waits_anew_when_equal(errors, patience):
    """You take an error that is as low as the lowest for a lower one, and wait anew: that brought nothing."""
    return _patient(errors, patience, lambda errors, i, best: errors[i] <= errors[best])


@mutant("p.06.7", replaces="stop_early", fails="test_stops_in_time")
def one_tree_too_patient(errors, patience):
    """You wait for one tree too many: give up as soon as `patience` trees in a row brought nothing, not more."""
    return _patient(errors, patience + 1, lambda errors, i, best: errors[i] < errors[best])


@mutant("p.06.7", replaces="stop_early", fails="test_stops_in_time")
def patience_for_all_of_it(errors, patience):
    """You add up all trees that brought nothing: only those in a row count, and a lower error ends the row."""
    best = wasted = 0
    for i in range(1, len(errors)):
        wasted += errors[i] >= errors[best]
        best = i if errors[i] < errors[best] else best
        if wasted >= patience:
            break
    return best + 1


@mutant("p.06.7", replaces="P_06_7_CHOICE", fails="test_what_helps_against_overfitting", constant=True)
def faster_learning():
    """A higher rate lets each tree count for more, so that the training rows are fitted even more closely."""
    return "increase"


@mutant("p.06.7", replaces="P_06_7_CHOICE", fails="test_what_helps_against_overfitting", constant=True)
def rate_without_effect():
    """The learning rate decides how much of each tree's prediction is added: it does make a difference."""
    return "no difference"


@mutant("p.06.7", replaces="trees_needed", fails="test_rounding_does_not_decide")
def rounding_decides(learning_rate, left):
    """After your last tree but one, too much is left over by rounding alone: in a computer 0.3 ** 3 is above 0.027."""
    n = 0
    while (1 - learning_rate) ** n > left:
        n += 1
    return n


@alternative("p.06.7", replaces="trees_needed")
def solved_for_n(learning_rate, left):
    """By logarithms, and rounded before it is rounded up."""
    return 1 if learning_rate == 1 else math.ceil(round(math.log(left) / math.log(1 - learning_rate), 9))


@alternative("p.06.7", replaces="trees_needed")
def with_isclose(learning_rate, left):
    """Step by step, until it is less or as good as equal."""
    rest, n = 1 - learning_rate, 1
    while rest > left and not math.isclose(rest, left):
        rest, n = rest * (1 - learning_rate), n + 1
    return n


@alternative("p.06.7", replaces="stop_early")
def from_record_to_record(errors, patience):
    """With methods of lists: from each lowest error to the next one within reach."""
    best = 0
    while any(error < errors[best] for error in errors[best + 1 : best + 1 + patience]):
        best = errors.index(next(error for error in errors[best + 1 :] if error < errors[best]), best + 1)
    return best + 1


@alternative("p.06.7", replaces="P_06_7_CHOICE", constant=True)
def as_a_list():
    """A list with the word, in capitals or not."""
    return ["Decrease"]
