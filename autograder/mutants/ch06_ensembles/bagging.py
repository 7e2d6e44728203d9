"""Chapter 6, questions on votes, bags and forests (p.06.1 to p.06.5): wrong answers, and right ones."""

import math
from collections import Counter

import numpy as np

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.06.1


def _binomial(n, p, first):
    return sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(first, n + 1))


@mutant("p.06.1", replaces="majority_right", fails="test_majority_of_independent_voters")
def all_have_to_be_right(n, p, shared=0.0):
    """You ask that all voters are right: more than half of them is enough."""
    return shared * p + (1 - shared) * p**n


@mutant("p.06.1", replaces="majority_right", fails="test_majority_of_independent_voters")
def one_is_enough(n, p, shared=0.0):
    """You count the cases in which anyone is right: a majority has to be."""
    return shared * p + (1 - shared) * (1 - (1 - p) ** n)


@mutant("p.06.1", replaces="majority_right", fails="test_majority_of_independent_voters")
def ties_won(n, p, shared=0.0):
    """With an even number of voters you count ties as right: more than half is asked for."""
    return shared * p + (1 - shared) * _binomial(n, p, (n + 1) // 2)


@mutant("p.06.1", replaces="majority_right", fails="test_voters_who_say_the_same")
def always_independent(n, p, shared=0.0):
    """`shared` makes no difference in your answer: where all voters say the same, they are as good as one."""
    return _binomial(n, p, n // 2 + 1)


@mutant("p.06.1", replaces="majority_right", fails="test_voters_who_say_the_same")
def shared_always_right(n, p, shared=0.0):
    """Voters who all say the same may all be wrong: they are right with probability `p`."""
    return shared + (1 - shared) * _binomial(n, p, n // 2 + 1)


@mutant("p.06.1", replaces="majority_right", fails="test_voters_who_say_the_same")
def shared_never_right(n, p, shared=0.0):
    """You leave out the questions on which all say the same: on these, too, they are right with probability `p`."""
    return (1 - shared) * _binomial(n, p, n // 2 + 1)


@mutant("p.06.1", replaces="majority_right", fails="test_voters_who_say_the_same")
def fewer_voters(n, p, shared=0.0):
    """You take shared mistakes for fewer voters: it is the questions that are of two kinds, and on one kind all vote
    independently."""
    n = max(1, round(n * (1 - shared)))
    return _binomial(n, p, n // 2 + 1)


@alternative("p.06.1", replaces="majority_right")
def summed_terms(n, p, shared=0.0):
    """Term by term."""
    return shared * p + (1 - shared) * _binomial(n, p, n // 2 + 1)


# ---------------------------------------------------------------- p.06.2


@mutant("p.06.2", replaces="hard_vote", fails="test_hard_vote_counts")
def mean_of_the_labels(votes):
    """You average the labels: a vote for 1 and a vote for 9 are no vote for 5."""
    return np.mean(votes, axis=0).round().astype(int)


@mutant("p.06.2", replaces="hard_vote", fails="test_hard_vote_counts")
def votes_by_row_of_the_array(votes):
    """You count along the wrong axis: a row of the array holds one model's votes, a column those for one row."""
    return np.array([np.bincount(row).argmax() for row in np.asarray(votes)])


@mutant("p.06.2", replaces="hard_vote", fails="test_hard_vote_with_a_tie")
def first_come(votes):
    """In a tie you take the class that is named first: the smallest was agreed on."""
    return np.array([Counter(column.tolist()).most_common(1)[0][0] for column in np.transpose(votes)])


@mutant("p.06.2", replaces="hard_vote", fails="test_hard_vote_with_a_tie")
def smallest_of_all_named(votes):
    """In a tie you take the smallest of all classes that were named: only those count that were named most often."""
    counts = [Counter(column.tolist()).most_common() for column in np.transpose(votes)]
    tied = [len(c) > 1 and c[0][1] == c[1][1] for c in counts]
    return np.array([min(c)[0] if tie else c[0][0] for c, tie in zip(counts, tied, strict=True)])


@mutant("p.06.2", replaces="hard_vote", fails="test_hard_vote_counts")
def ten_classes_at_most(votes):
    """You count for classes 0 to 9 only: take as many as the largest class in the votes needs."""
    return np.eye(10)[np.asarray(votes)].sum(axis=0).argmax(axis=1)


@mutant("p.06.2", replaces="hard_vote", fails="test_hard_vote_counts")
def middle_of_the_votes(votes):
    """You take the middle one of the sorted votes: the class that is named most often may stand anywhere."""
    return np.median(votes, axis=0).astype(int)


@mutant("p.06.2", replaces="soft_vote", fails="test_soft_vote_averages")
def multiplied(probas):
    """You multiply the probabilities, so that one model can veto a class: in a soft vote they are averaged."""
    return np.prod(probas, axis=0).argmax(axis=1)


@mutant("p.06.2", replaces="soft_vote", fails="test_soft_vote_averages")
def votes_of_the_most_likely(probas):
    """You let each model name its most likely class and count: that is a hard vote again."""
    votes = np.argmax(probas, axis=2)
    return np.array([np.bincount(column).argmax() for column in votes.T])


@mutant("p.06.2", replaces="soft_vote", fails="test_soft_vote_averages")
def surest_model_decides(probas):
    """You let the one model that is surest decide alone: the probabilities of all are averaged."""
    return np.max(probas, axis=0).argmax(axis=1)


@alternative("p.06.2", replaces="soft_vote")
def summed_in_a_loop(probas):
    """Sums do as well as means; a list."""
    total = sum(np.asarray(model) for model in probas)
    return [int(np.argmax(row)) for row in total]


@alternative("p.06.2", replaces="hard_vote")
def counted_in_pairs(votes):
    """Votes and labels together; a tuple."""
    counts = [Counter(column) for column in zip(*votes, strict=True)]
    return tuple(min(c, key=lambda label: (-c[label], label)) for c in counts)


@alternative("p.06.2", replaces="hard_vote")
def counted_by_class(votes):
    """One count per class."""
    votes = np.asarray(votes)
    return np.stack([(votes == label).sum(axis=0) for label in range(votes.max() + 1)]).argmax(axis=0)


# ---------------------------------------------------------------- p.06.3


@mutant("p.06.3", replaces="training_rounds", fails="test_rounds_of_training")
def all_at_once(kind, n_models, n_servers):
    """You spread boosting like bagging, but each of its models needs the mistakes of the one before."""
    return math.ceil(n_models / n_servers) + (kind == "stacking")


@mutant("p.06.3", replaces="training_rounds", fails="test_rounds_of_training")
def no_blender(kind, n_models, n_servers):
    """In stacking you forget the blender, which can't begin before all base models are trained."""
    return n_models if kind == "boosting" else math.ceil(n_models / n_servers)


@mutant("p.06.3", replaces="training_rounds", fails="test_rounds_of_training")
def blender_among_the_others(kind, n_models, n_servers):
    """You train the blender along with the base models, but it learns from their predictions."""
    return n_models if kind == "boosting" else math.ceil((n_models + (kind == "stacking")) / n_servers)


@mutant("p.06.3", replaces="training_rounds", fails="test_rounds_of_training")
def last_round_left_out(kind, n_models, n_servers):
    """You round down: what is left over for a last round, however little, takes a round, too."""
    return n_models if kind == "boosting" else n_models // n_servers + (kind == "stacking")


@mutant("p.06.3", replaces="training_rounds", fails="test_rounds_of_training")
def layer_one_by_one(kind, n_models, n_servers):
    """You train the base models of a stack one after another: only the blender has to wait."""
    if kind in ("boosting", "stacking"):
        return n_models + (kind == "stacking")
    return math.ceil(n_models / n_servers)


@mutant("p.06.3", replaces="P_06_3_CHOICE", fails="test_kinds_that_can_be_spread", constant=True)
def blender_needs_nobody():
    """Stacking: the blender learns from the predictions of the base models, and has to wait for them."""
    return {"bagging": "yes", "pasting": "yes", "random forest": "yes", "boosting": "no", "stacking": "yes"}


@mutant("p.06.3", replaces="P_06_3_CHOICE", fails="test_kinds_that_can_be_spread", constant=True)
def stacking_one_by_one():
    """Stacking: the models of one layer don't wait for each other, only for the layer below."""
    return {"bagging": "yes", "pasting": "yes", "random forest": "yes", "boosting": "no", "stacking": "no"}


@mutant("p.06.3", replaces="P_06_3_CHOICE", fails="test_kinds_that_can_be_spread", constant=True)
def boosting_spread():
    """Boosting: each model is trained to mend what the one before it got wrong, so they can't be trained at once."""
    return {"bagging": "yes", "pasting": "yes", "random forest": "yes", "boosting": "yes", "stacking": "partly"}


@alternative("p.06.3", replaces="training_rounds")
def rounds_without_fractions(kind, n_models, n_servers):
    """Whole-number division, rounded up."""
    waves = [n_models] if kind != "stacking" else [n_models, 1]
    return n_models if kind == "boosting" else sum(-(-wave // n_servers) for wave in waves)


# ---------------------------------------------------------------- p.06.4


@mutant("p.06.4", replaces="oob_fraction", fails="test_share_left_out")
def drawn_without_replacement(n_rows, n_drawn):
    """You draw without replacement: in bagging a row can be drawn again."""
    return max(0.0, 1 - n_drawn / n_rows)


@mutant("p.06.4", replaces="oob_fraction", fails="test_share_left_out")
def always_the_limit(n_rows, n_drawn):
    """1/e is the limit for as many draws as rows, when there are many: other numbers give other shares."""
    return math.exp(-1)


@mutant("p.06.4", replaces="oob_fraction", fails="test_share_left_out")
def share_drawn(n_rows, n_drawn):
    """That is the share of rows that are drawn: the share that is left out is asked for."""
    return 1 - (1 - 1 / n_rows) ** n_drawn


def _oob(votes, drawn, y, may_vote, empty=False):
    right = []
    for row, label in enumerate(y):
        said = [int(vote[row]) for vote, rows in zip(votes, drawn, strict=True) if may_vote(row, set(np.asarray(rows)))]
        if said or empty:
            right.append(bool(said) and np.bincount(said).argmax() == label)
    return float(np.mean(right))


@mutant("p.06.4", replaces="oob_accuracy", fails="test_only_models_that_have_not_seen_a_row_judge_it")
def everyone_votes(votes, drawn, y):
    """You let all models vote on every row, those too that were trained on it."""
    return _oob(votes, drawn, y, lambda row, rows: True)


@mutant("p.06.4", replaces="oob_accuracy", fails="test_only_models_that_have_not_seen_a_row_judge_it")
def those_who_know_vote(votes, drawn, y):
    """You let just those models vote that have seen a row: it is the others that can judge it fairly."""
    return _oob(votes, drawn, y, lambda row, rows: row in rows)


@mutant("p.06.4", replaces="oob_accuracy", fails="test_only_models_that_have_not_seen_a_row_judge_it")
def mean_of_each_models_own(votes, drawn, y):
    """You average the models' own accuracies: the vote of the ensemble is to be judged, row by row."""
    unseen = [np.setdiff1d(np.arange(len(y)), rows) for rows in np.asarray(drawn)]
    return float(np.mean([np.mean(np.asarray(v)[r] == np.asarray(y)[r]) for v, r in zip(votes, unseen, strict=True)]))


@mutant("p.06.4", replaces="oob_accuracy", fails="test_rows_that_no_model_may_judge")
def unjudged_is_wrong(votes, drawn, y):
    """Rows that nobody may judge count as wrong in your score: leave them out."""
    return _oob(votes, drawn, y, lambda row, rows: row not in rows, empty=True)


@mutant("p.06.4", replaces="oob_accuracy", fails="test_only_models_that_have_not_seen_a_row_judge_it")
def as_many_draws_as_rows(votes, drawn, y):
    """You note in a table of the shape of `drawn` who has seen which row: it needs a column for each row, and there may
    be fewer draws than rows."""
    seen = np.zeros(np.shape(drawn), dtype=bool)
    for model, rows in enumerate(drawn):
        seen[model, rows] = True
    return _oob(votes, [np.flatnonzero(rows) for rows in seen], y, lambda row, rows: row not in rows)


@mutant("p.06.4", replaces="oob_accuracy", fails="test_rows_that_no_model_may_judge")
def all_vote_where_nobody_may(votes, drawn, y):
    """On rows that every model was trained on you let all of them vote: such rows are left out."""
    known = set.intersection(*(set(np.asarray(rows).tolist()) for rows in drawn))
    return _oob(votes, drawn, y, lambda row, rows: row not in rows or row in known)


@mutant("p.06.4", replaces="oob_fraction", fails="test_share_left_out")
def limit_for_many_rows(n_rows, n_drawn):
    """exp(-n_drawn / n_rows) is what the share approaches when there are many rows: with few it is less."""
    return math.exp(-n_drawn / n_rows)


@alternative("p.06.4", replaces="oob_accuracy")
def row_by_row(votes, drawn, y):
    """Row by row."""
    return _oob(votes, drawn, y, lambda row, rows: row not in rows)


@alternative("p.06.4", replaces="oob_fraction")
def by_logarithms(n_rows, n_drawn):
    """Through the logarithm."""
    return math.exp(n_drawn * math.log1p(-1 / n_rows))


# ---------------------------------------------------------------- p.06.5


@mutant("p.06.5", replaces="splits_compared", fails="test_splits_at_a_node")
def forest_has_no_search(kind, n_rows, n_features):
    """You give the forest one threshold per feature: it tries them all; that is what extra-trees save."""
    return n_features


@mutant("p.06.5", replaces="splits_compared", fails="test_splits_at_a_node")
def one_feature_only(kind, n_rows, n_features):
    """An extra-tree draws a threshold for *each* candidate feature, and compares these: only one is too few."""
    return n_features * (n_rows - 1) if kind == "random forest" else 1


@mutant("p.06.5", replaces="splits_compared", fails="test_splits_at_a_node")
def as_many_gaps_as_rows(kind, n_rows, n_features):
    """You count a threshold for each row: between n different values there are n - 1 gaps."""
    return n_features * (n_rows if kind == "random forest" else 1)


def _least(X, y, thresholds, impurity):
    left, y = np.asarray(thresholds) >= X, np.asarray(y)
    sides = [[np.unique(y[side], return_counts=True)[1] for side in (goes, ~goes)] for goes in left.T]
    return int(np.argmin([sum(impurity(counts) for counts in pair if len(counts)) for pair in sides]))


@mutant("p.06.5", replaces="extra_split", fails="test_best_of_the_random_splits")
def sides_weigh_the_same(X, y, thresholds):
    """You add up the impurities of both sides as if they had equally many rows: weight them by their numbers."""
    return _least(X, y, thresholds, lambda counts: 1 - ((counts / counts.sum()) ** 2).sum())


@mutant("p.06.5", replaces="extra_split", fails="test_purity_is_measured_by_gini")
def by_entropy(X, y, thresholds):
    """You measure by entropy: Gini impurity is asked for."""
    return _least(X, y, thresholds, lambda counts: -(counts * np.log2(counts / counts.sum())).sum())


@mutant("p.06.5", replaces="extra_split", fails="test_purity_is_measured_by_gini")
def by_mistakes(X, y, thresholds):
    """You count the rows that are not of their side's most frequent class: Gini impurity is asked for."""
    return _least(X, y, thresholds, lambda counts: counts.sum() - counts.max())


@mutant("p.06.5", replaces="extra_split", fails="test_best_of_the_random_splits")
def equal_goes_right(X, y, thresholds):
    """You send rows whose value is the threshold itself to the right: "at most" goes left."""
    below = np.nextafter(thresholds, -np.inf)
    return _least(X, y, below, lambda counts: counts.sum() - (counts**2).sum() / counts.sum())


@mutant("p.06.5", replaces="extra_split", fails="test_best_of_the_random_splits")
def two_classes_only(X, y, thresholds):
    """You compute impurity for two classes, from the share of one: there may be more of them."""
    left, y = np.asarray(thresholds) >= X, np.asarray(y)

    def gini(side):
        share = np.mean(side == 1) if len(side) else 0.0
        return len(side) * 2 * share * (1 - share)

    return int(np.argmin([gini(y[goes]) + gini(y[~goes]) for goes in left.T]))


@mutant("p.06.5", replaces="extra_split", fails="test_best_of_the_random_splits")
def searches_itself(X, y, thresholds):
    """You search for the best threshold of each feature: an extra-tree takes those that were drawn."""
    X, y = np.asarray(X), np.asarray(y)

    def cost(goes):
        return sum(
            len(s) - sum(n * n for n in Counter(s.tolist()).values()) / max(len(s), 1) for s in (y[goes], y[~goes])
        )

    return int(np.argmin([min(cost(column <= value) for value in column) for column in X.T]))


@mutant("p.06.5", replaces="P_06_5_CHOICE", fails="test_what_extra_randomness_does", constant=True)
def predicts_faster_too():
    """Predicting means walking down a tree, whoever chose its thresholds: that takes about as long."""
    return ["trains faster", "predicts faster", "more bias and less variance"]


@mutant("p.06.5", replaces="P_06_5_CHOICE", fails="test_what_extra_randomness_does", constant=True)
def variance_up():
    """More chance in each tree makes the *trees* differ more; their average depends less on the training rows."""
    return ["trains faster", "predicts about as fast", "less bias and more variance"]


@alternative("p.06.5", replaces="extra_split")
def most_pairs_of_a_kind(X, y, thresholds):
    """The sum of squared counts over the sides' sizes is largest where the weighted impurity is least."""

    def worth(goes):
        sides = [Counter(np.asarray(y)[side].tolist()) for side in (goes, ~goes)]
        return sum(sum(n * n for n in side.values()) / side.total() for side in sides if side)

    return max(range(len(thresholds)), key=lambda j: worth(np.asarray(X)[:, j] <= thresholds[j]))
