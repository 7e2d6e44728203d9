"""Chapter 1, what machine learning is and its kinds: wrong answers that must fail, and right ones that must pass."""

import statistics
from collections import Counter, defaultdict
from itertools import combinations

import numpy as np
import pandas as pd
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.linear_model import LogisticRegression

from autograder.testing import alternative, mutant

# p.01.1


@mutant("p.01.1", replaces="learn_threshold", fails="test_threshold_is_learned")
def rule_of_thumb(values, labels):
    """Your threshold is a rule written by hand: it has to be found from the examples, labels included."""
    return 0.5


@mutant("p.01.1", replaces="learn_threshold", fails="test_threshold_is_learned")
def between_the_means(values, labels):
    """Half-way between the means of the two classes is seldom where the fewest mistakes are: count them."""
    means = [values[labels == label].mean() if (labels == label).any() else values.mean() for label in (0, 1)]
    return float(np.mean(means))


@mutant("p.01.1", replaces="learn_threshold", fails="test_threshold_is_learned")
def first_one(values, labels):
    """The smallest value labelled 1 may be labelled wrongly: count the mistakes of each threshold."""
    return float(values[labels == 1].min()) if labels.any() else float(values.max() + 1)


@mutant("p.01.1", replaces="learn_threshold", fails="test_threshold_is_learned")
def never_says_nobody(values, labels):
    """Your threshold is always one of the values, so that the largest is a 1 in any case: "never 1" may be best."""
    return float(values[np.argmin([np.sum((values >= t) != labels) for t in values])])


@mutant("p.01.1", replaces="learn_threshold", fails="test_threshold_is_learned")
def never_says_everybody(values, labels):
    """The smallest value is never a 1 by your rule, whatever the examples say: "always 1" may be best."""
    candidates = [*np.sort(values)[1:], values.max() + 1]
    return float(candidates[np.argmin([np.sum((values >= t) != labels) for t in candidates])])


@mutant("p.01.1", replaces="learn_threshold", fails="test_experience_helps")
def a_few_examples(values, labels):
    """You look at the first few examples only: more experience doesn't help then."""
    return gap_middles(values[:6], labels[:6])


@alternative("p.01.1", replaces="learn_threshold")
def gap_middles(values, labels):
    """Thresholds in the middle of the gaps, counted in one go."""
    order = np.argsort(values)
    x, ones = values[order], labels[order]
    mistakes = np.concatenate([[0], np.cumsum(ones)]) + np.concatenate([np.cumsum((1 - ones)[::-1])[::-1], [0]])
    edges = [x[0] - 1, *(x[1:] + x[:-1]) / 2, x[-1] + 1]
    return edges[int(np.argmin(mistakes))]


# p.01.2


@mutant("p.01.2", replaces="rules_and_weights", fails="test_rules_and_weights")
def a_rule_per_value(levels):
    """You count one rule for each value: what counts is each combination of values."""
    return sum(levels), sum(levels) + 1


@mutant("p.01.2", replaces="rules_and_weights", fails="test_rules_and_weights")
def nothing_to_start_from(levels):
    """Your weights lack the one that the model starts from, whatever the values are."""
    return int(np.prod(levels)), sum(levels)


@mutant("p.01.2", replaces="rules_and_weights", fails="test_rules_and_weights")
def a_weight_per_column(levels):
    """You count one weight for each column: a linear model has one for each value of it."""
    return int(np.prod(levels)), len(levels) + 1


@mutant("p.01.2", replaces="P_01_2_CHOICE", fails="test_four_sound_reasons", constant=True)
def where_a_formula_is_known():
    """Where a formula is known nothing has to be learned: just compute it."""
    return ["b", "c", "f", "g"]


@mutant("p.01.2", replaces="P_01_2_CHOICE", fails="test_four_sound_reasons", constant=True)
def without_data():
    """Without any data there is nothing to learn from."""
    return ["a", "e", "f", "g"]


@alternative("p.01.2", replaces="rules_and_weights", also={"P_01_2_CHOICE": ("G", "F", "C", "A")})
def by_numpy(levels):
    """With numpy's numbers, and a tuple of capitals in another order."""
    return np.prod(levels), 1 + np.sum(levels)


# p.01.3


@mutant("p.01.3", replaces="labelled_rows", fails="test_labelled_rows")
def truthy(rows, target):
    """You drop labels such as 0 and False: they are labels. Only None is none."""
    return [i for i, row in enumerate(rows) if row[target]]


@mutant("p.01.3", replaces="labelled_rows", fails="test_labelled_rows")
def complete_rows(rows, target):
    """You drop rows that lack a feature: it is the label that makes an example labelled."""
    return [i for i, row in enumerate(rows) if None not in row.values()]


@mutant("p.01.3", replaces="labelled_rows", fails="test_labelled_rows")
def the_rows_themselves(rows, target):
    """You return rows, where their positions are asked for."""
    return [row for row in rows if row[target] is not None]


@alternative("p.01.3", replaces="labelled_rows")
def by_pandas(rows, target):
    """As a column of objects."""
    return np.flatnonzero(pd.Series([row[target] for row in rows], dtype=object).notna())


# p.01.4


@mutant("p.01.4", replaces="baseline", fails="test_baseline")
def goes_by_the_type(targets, between):
    """You go by the type of the targets: digits are numbers and name a class all the same."""
    if isinstance(targets[0], str | bool):
        return "classification", Counter(targets).most_common(1)[0][0]
    return "regression", sum(targets) / len(targets)


@mutant("p.01.4", replaces="baseline", fails="test_baseline")
def whole_numbers_are_names(targets, between):
    """You take every whole number for a name: rooms are counted in whole numbers, and are an amount."""
    if isinstance(targets[0], float):
        return "regression", sum(targets) / len(targets)
    return "classification", Counter(targets).most_common(1)[0][0]


@mutant("p.01.4", replaces="baseline", fails="test_baseline")
def median_amount(targets, between):
    """For amounts you give the median: the mean is asked for."""
    return ("regression", statistics.median(targets)) if between else ("classification", statistics.mode(targets))


@mutant("p.01.4", replaces="baseline", fails="test_baseline")
def always_the_most_frequent(targets, between):
    """For amounts you give the most frequent one, but hardly any amount comes twice: take the mean."""
    return "regression" if between else "classification", statistics.mode(targets)


@mutant("p.01.4", replaces="baseline", fails="test_baseline")
def swapped(targets, between):
    """The names of the two tasks are swapped: classification predicts a class, regression an amount."""
    return ("classification", statistics.fmean(targets)) if between else ("regression", statistics.mode(targets))


@mutant("p.01.4", replaces="P_01_4_CHOICE", fails="test_the_two_tasks", constant=True)
def clusters_are_supervised():
    """Clustering finds groups without being told any: it is not supervised."""
    return ["classification", "clustering"]


@mutant("p.01.4", replaces="P_01_4_CHOICE", fails="test_the_two_tasks", constant=True)
def rewards_are_labels():
    """A reward says how well it went, not what the right answer would have been: that is no supervised task."""
    return ["classification", "reinforcement learning"]


@alternative("p.01.4", replaces="baseline", also={"P_01_4_CHOICE": {"Regression", "Classification"}})
def counted(targets, between):
    """With numpy; capitals in a set, and in the answers."""
    if between:
        return ["Regression", np.mean(targets)]
    values, counts = np.unique(np.array(targets), return_counts=True)
    return ["Classification", values[counts.argmax()].item()]


# p.01.5


@mutant("p.01.5", replaces="bought_together", fails="test_bought_together")
def counts_every_piece(baskets):
    """You count pairs of pieces: a basket with four jars of jam counts once, as one with jam."""
    pairs = Counter(pair for basket in baskets for pair in combinations(sorted(basket), 2) if len(set(pair)) == 2)
    return list(pairs.most_common(1)[0][0])


@mutant("p.01.5", replaces="bought_together", fails="test_bought_together")
def in_the_order_of_the_basket(baskets):
    """You count tea and rusk apart from rusk and tea: a pair is the same in either order, so sort before you count."""
    pairs = Counter(pair for basket in baskets for pair in combinations(dict.fromkeys(basket), 2))
    return sorted(pairs.most_common(1)[0][0])


@mutant("p.01.5", replaces="bought_together", fails="test_bought_together")
def the_two_most_popular(baskets):
    """The two goods that are bought most are not the two that are bought together most."""
    counts = Counter(name for basket in baskets for name in basket)
    return sorted(name for name, _ in counts.most_common(2))


@mutant("p.01.5", replaces="odd_one_out", fails="test_odd_one_out")
def far_from_the_mean(X):
    """Far from the mean is not lonely: a whole crowd may be there, and a loner right at the mean."""
    return int(np.linalg.norm(X - X.mean(axis=0), axis=1).argmax())


@mutant("p.01.5", replaces="odd_one_out", fails="test_odd_one_out")
def own_neighbour(X):
    """The nearest row that you find is the row itself, at distance 0: leave it out."""
    return int(np.linalg.norm(X[:, None] - X, axis=-1).min(axis=1).argmax())


@mutant("p.01.5", replaces="P_01_5_CHOICE", fails="test_four_unsupervised_tasks", constant=True)
def with_a_supervised_one():
    """Regression needs the right amounts to learn from: it is a supervised task."""
    return ["clustering", "visualization", "anomaly detection", "regression"]


@mutant("p.01.5", replaces="P_01_5_CHOICE", fails="test_four_unsupervised_tasks", constant=True)
def three_and_one_twice():
    """One of your four stands there twice: four different tasks are asked for."""
    return ["clustering", "visualization", "anomaly detection", "clustering"]


@alternative(
    "p.01.5",
    replaces="bought_together",
    also={"P_01_5_CHOICE": ["dimensionality reduction", "Clustering", "density estimation", "visualization"]},
)
def by_table(baskets):
    """By a table of who bought what; four other tasks."""
    names = sorted({name for basket in baskets for name in basket})
    table = np.array([[name in basket for name in names] for basket in baskets], dtype=int)
    counts = np.triu(table.T @ table, 1)
    i, j = np.unravel_index(counts.argmax(), counts.shape)
    return names[i], names[j]


@alternative("p.01.5", replaces="odd_one_out")
def in_a_loop(X):
    """Row by row."""
    return max(range(len(X)), key=lambda i: min(np.linalg.norm(X[i] - X[j]) for j in range(len(X)) if j != i))


# p.01.6


@mutant("p.01.6", replaces="best_moves", fails="test_best_moves")
def does_as_usual(experience):
    """You return the move that was made most often: that is to imitate, and learns nothing from the rewards."""
    tried = defaultdict(Counter)
    for ground, move, _ in experience:
        tried[ground][move] += 1
    return {ground: counts.most_common(1)[0][0] for ground, counts in tried.items()}


@mutant("p.01.6", replaces="best_moves", fails="test_best_moves")
def highest_total(experience):
    """You add the rewards up, so that what was tried often seems good: compare averages."""
    total = defaultdict(Counter)
    for ground, move, reward in experience:
        total[ground][move] += reward
    return {ground: max(sums, key=sums.get) for ground, sums in total.items()}


@mutant("p.01.6", replaces="best_moves", fails="test_best_moves")
def luckiest(experience):
    """You go by the highest single reward, which may have been luck: compare averages."""
    best = {}
    for ground, move, reward in experience:
        best[ground] = max(best.get(ground, (reward, move)), (reward, move))
    return {ground: move for ground, (_, move) in best.items()}


@mutant("p.01.6", replaces="best_moves", fails="test_best_moves")
def same_everywhere(experience):
    """You choose one move for all grounds: what is best may differ from one to the next."""
    table = pd.DataFrame(experience, columns=["ground", "move", "reward"])
    return dict.fromkeys(table["ground"].unique().tolist(), table.groupby("move")["reward"].mean().idxmax())


@mutant("p.01.6", replaces="P_01_6_CHOICE", fails="test_family_for_the_robot", constant=True)
def somebody_labels_the_moves():
    """Supervised learning would need somebody who knows the right move on every ground."""
    return "supervised learning"


@mutant("p.01.6", replaces="P_01_6_CHOICE", fails="test_family_for_the_robot", constant=True)
def finds_groups_of_grounds():
    """Unsupervised learning may find kinds of ground, but not which move does well on them."""
    return "unsupervised learning"


@alternative("p.01.6", replaces="best_moves", also={"P_01_6_CHOICE": ["Reinforcement learning"]})
def running_averages(experience):
    """With averages that are kept up to date step by step; the choice as a list."""
    value, times = defaultdict(float), Counter()
    for ground, move, reward in experience:
        times[ground, move] += 1
        value[ground, move] += (reward - value[ground, move]) / times[ground, move]
    return {ground: max(times, key=lambda key: value[key] if key[0] == ground else -np.inf)[1] for ground, _ in times}


# p.01.7


@mutant("p.01.7", replaces="find_groups", fails="test_groups_are_found")
def cut_by_one_feature(X, k):
    """You sort by one feature and cut into equal parts: groups differ in size, and in both features."""
    return np.argsort(np.argsort(X[:, 0])) * k // len(X)


@mutant("p.01.7", replaces="assign_groups", fails="test_names_are_assigned")
def clusters_first(X, names, new):
    """You find groups of your own and name them afterwards: the shop's groups need not be clusters. Learn from the
    names."""
    model = KMeans(len(set(names)), n_init=5, random_state=0).fit(X)
    called = {c: statistics.mode(np.array(names)[model.labels_ == c].tolist()) for c in set(model.labels_.tolist())}
    return [called[c] for c in model.predict(new).tolist()]


@mutant("p.01.7", replaces="assign_groups", fails="test_names_are_assigned")
def the_largest_group(X, names, new):
    """Every new customer gets the most frequent name: what is known of them has to count."""
    return [statistics.mode(names)] * len(new)


@mutant("p.01.7", replaces="P_01_7_UNKNOWN", fails="test_two_kinds_of_segmentation", constant=True)
def classes_out_of_nothing():
    """Classification needs examples whose class is known: here nobody knows the groups."""
    return "classification"


@mutant("p.01.7", replaces="P_01_7_KNOWN", fails="test_two_kinds_of_segmentation", constant=True)
def clusters_anyway():
    """Where the groups are known, there is something to learn from: clustering would ignore it."""
    return "clustering"


@alternative("p.01.7", replaces="find_groups", also={"P_01_7_UNKNOWN": "Clustering"})
def bottom_up(X, k):
    """By joining neighbours, as a list."""
    return AgglomerativeClustering(k).fit_predict(X).tolist()


@alternative("p.01.7", replaces="assign_groups")
def by_regression(X, names, new):
    """With a straight border."""
    return LogisticRegression(max_iter=1000).fit(X, names).predict(new)
