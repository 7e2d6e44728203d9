"""Chapter 1, testing and choosing models: wrong answers that must fail, and right ones that must pass."""

import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures

from autograder.testing import alternative, mutant


def _rms(polynomial, rows):
    return float(np.sqrt(np.mean((np.polyval(polynomial, rows[0]) - rows[1]) ** 2)))


def _both(*sets):
    return np.concatenate(sets, axis=1)


# p.01.15


@mutant("p.01.15", replaces="train_and_new_error", fails="test_two_errors")
def fits_to_everything(x, y, x_new, y_new, degree):
    """Your model was fitted to the new examples as well: then they are not new to it."""
    model = np.polyfit(*_both((x, y), (x_new, y_new)), degree)
    return _rms(model, (x, y)), _rms(model, (x_new, y_new))


@mutant("p.01.15", replaces="train_and_new_error", fails="test_two_errors")
def two_models(x, y, x_new, y_new, degree):
    """You fit a second model for the new examples: it is the first one that has to deal with them."""
    return _rms(np.polyfit(x, y, degree), (x, y)), _rms(np.polyfit(x_new, y_new, degree), (x_new, y_new))


@mutant("p.01.15", replaces="train_and_new_error", fails="test_two_errors")
def squared(x, y, x_new, y_new, degree):
    """You return mean squared errors: take the root."""
    model = np.polyfit(x, y, degree)
    return _rms(model, (x, y)) ** 2, _rms(model, (x_new, y_new)) ** 2


@mutant("p.01.15", replaces="train_and_new_error", fails="test_two_errors")
def new_one_first(x, y, x_new, y_new, degree):
    """The two errors are swapped: the one on the training set comes first."""
    model = np.polyfit(x, y, degree)
    return _rms(model, (x_new, y_new)), _rms(model, (x, y))


@mutant("p.01.15", replaces="P_01_15_DIAGNOSIS", fails="test_diagnosis", constant=True)
def too_simple():
    """A model that is too simple does badly on its training data, too."""
    return "underfitting"


@mutant("p.01.15", replaces="P_01_15_CURES", fails="test_cures", constant=True)
def more_parameters():
    """With more parameters the model can learn even more of the noise."""
    return ["a", "b", "c", "e", "g"]


@mutant("p.01.15", replaces="P_01_15_CURES", fails="test_cures", constant=True)
def more_features():
    """More features give the model more to take noise for a pattern: leave some out instead."""
    return ["b", "c", "e", "f"]


@alternative("p.01.15", replaces="train_and_new_error", also={"P_01_15_CURES": ("g", "e", "c", "b")})
def by_pipeline(x, y, x_new, y_new, degree):
    """With scikit-learn; the letters in another order."""
    model = make_pipeline(PolynomialFeatures(degree), LinearRegression()).fit(x[:, None], y)
    errors = [model.predict(a[:, None]) - b for a, b in ((x, y), (x_new, y_new))]
    return [np.sqrt((error**2).mean()) for error in errors]


# p.01.16


@mutant("p.01.16", replaces="hold_out", fails="test_rows_are_drawn_at_random")
def cuts_off_the_end(n, share, seed):
    """You put the last rows aside: if the table is sorted, they are unlike the others. Draw at random."""
    size = round(share * n)
    return np.arange(n - size), np.arange(n - size, n)


@mutant("p.01.16", replaces="hold_out", fails="test_sets_share_no_row")
def draws_with_repetition(n, share, seed):
    """You draw with repetition: some rows are in the test set twice, so it has fewer than it should."""
    test = np.random.default_rng(seed).integers(0, n, round(share * n))
    return np.setdiff1d(np.arange(n), test), test


@mutant("p.01.16", replaces="hold_out", fails="test_sets_share_no_row")
def trains_on_all(n, share, seed):
    """Your training set holds the test rows too: the model would be asked what it has been told."""
    order = np.random.default_rng(seed).permutation(n)
    return order, order[: round(share * n)]


@mutant("p.01.16", replaces="hold_out", fails="test_sets_share_no_row")
def share_to_train_on(n, share, seed):
    """The share is that of the test set, not of the training set."""
    order = np.random.default_rng(seed).permutation(n)
    return order[: round(share * n)], order[round(share * n) :]


@mutant("p.01.16", replaces="hold_out", fails="test_same_seed_same_sets")
def another_one_each_time(n, share, seed):
    """All chance has to come from `seed`: with other sets in each run, the model gets to see every row in the end."""
    order = np.random.default_rng().permutation(n)
    return order[round(share * n) :], order[: round(share * n)]


@alternative("p.01.16", replaces="hold_out")
def by_train_test_split(n, share, seed):
    """With scikit-learn, as lists."""
    train, test = train_test_split(range(n), test_size=share, random_state=seed)
    return train, test


@alternative("p.01.16", replaces="hold_out")
def by_lots(n, share, seed):
    """Each row draws a lot; the smallest lots go."""
    lots = np.random.RandomState(seed).rand(n)
    taken = set(np.argsort(lots)[: round(share * n)].tolist())
    return [row for row in range(n) if row not in taken], sorted(taken)


# p.01.17


@mutant("p.01.17", replaces="choose_degree", fails="test_choice_and_report")
def chooses_by_the_test_set(train, validation, test, degrees):
    """You choose by the test set: then its error is no honest estimate any more."""
    best = min(degrees, key=lambda degree: _rms(np.polyfit(*train, degree), test))
    return best, _rms(np.polyfit(*_both(train, validation), best), test)


@mutant("p.01.17", replaces="choose_degree", fails="test_choice_and_report")
def chooses_by_the_training_set(train, validation, test, degrees):
    """You choose by the training error, which is always least for the most flexible model."""
    best = min(degrees, key=lambda degree: _rms(np.polyfit(*train, degree), train))
    return best, _rms(np.polyfit(*_both(train, validation), best), test)


@mutant("p.01.17", replaces="choose_degree", fails="test_choice_and_report")
def does_not_train_again(train, validation, test, degrees):
    """The final model has not learned from the validation set: once the choice is made, train on both."""
    best = min(degrees, key=lambda degree: _rms(np.polyfit(*train, degree), validation))
    return best, _rms(np.polyfit(*train, best), test)


@mutant("p.01.17", replaces="choose_degree", fails="test_choice_and_report")
def reports_the_validation_error(train, validation, test, degrees):
    """You report the validation error, by which the winner was chosen: it is too good to be true."""
    best = min(degrees, key=lambda degree: _rms(np.polyfit(*train, degree), validation))
    return best, _rms(np.polyfit(*train, best), validation)


@mutant("p.01.17", replaces="choose_degree", fails="test_choice_and_report")
def validates_on_known_rows(train, validation, test, degrees):
    """Your candidates were trained on the validation set too, before they were compared on it."""
    best = min(degrees, key=lambda degree: _rms(np.polyfit(*_both(train, validation), degree), validation))
    return best, _rms(np.polyfit(*_both(train, validation), best), test)


@mutant("p.01.17", replaces="choose_degree", fails="test_choice_and_report")
def trains_on_the_test_set(train, validation, test, degrees):
    """Your final model has learned from the test set as well, so nothing is left to measure it on."""
    best = min(degrees, key=lambda degree: _rms(np.polyfit(*train, degree), validation))
    return best, _rms(np.polyfit(*_both(train, validation, test), best), test)


@mutant("p.01.17", replaces="P_01_17_ORDER", fails="test_order_of_steps", constant=True)
def tests_before_training_again():
    """You measure on the test set before the final model exists."""
    return ["d", "b", "f", "a", "c", "e"]


@mutant("p.01.17", replaces="P_01_17_ORDER", fails="test_order_of_steps", constant=True)
def test_set_last():
    """You put the test set aside when choices have been made already: it has to come first."""
    return ["b", "f", "a", "e", "d", "c"]


@alternative("p.01.17", replaces="choose_degree", also={"P_01_17_ORDER": "DBFAEC"})
def in_steps(train, validation, test, degrees):
    """Step by step with scikit-learn; the order as one word."""

    def fit(x, y, degree):
        return make_pipeline(PolynomialFeatures(degree), LinearRegression()).fit(np.reshape(x, (-1, 1)), y)

    def error(model, x, y):
        return np.sqrt(np.mean((model.predict(x.reshape(-1, 1)) - y) ** 2))

    errors = {degree: error(fit(*train, degree), *validation) for degree in degrees}
    best = min(errors, key=errors.get)
    return [best, error(fit(np.r_[train[0], validation[0]], np.r_[train[1], validation[1]], best), *test)]


# p.01.18


@mutant("p.01.18", replaces="diagnose", fails="test_troubles")
def mismatch_for_overfitting(wanted, train, train_dev, validation, gap):
    """You compare validation with training: the step between them may be overfitting, too. The train-dev set is there
    to tell the two apart."""
    steps = {"underfitting": train - wanted, "overfitting": train_dev - train, "mismatch": validation - train}
    return [trouble for trouble, step in steps.items() if step > gap]


@mutant("p.01.18", replaces="diagnose", fails="test_troubles")
def names_swapped(wanted, train, train_dev, validation, gap):
    """Overfitting shows on the train-dev set, which is like the training set; mismatch only after it."""
    steps = {"underfitting": train - wanted, "overfitting": validation - train_dev, "mismatch": train_dev - train}
    return [trouble for trouble, step in steps.items() if step > gap]


@mutant("p.01.18", replaces="diagnose", fails="test_troubles")
def everything_from_zero(wanted, train, train_dev, validation, gap):
    """You compare each error with the one that is wanted: it has to be compared with the one before it."""
    steps = {"underfitting": train, "overfitting": train_dev, "mismatch": validation}
    return [trouble for trouble, error in steps.items() if error - wanted > gap]


@mutant("p.01.18", replaces="diagnose", fails="test_troubles")
def the_first_only(wanted, train, train_dev, validation, gap):
    """You stop at the first trouble: a model may have several."""
    return alternative_steps(wanted, train, train_dev, validation, gap)[:1]


@mutant("p.01.18", replaces="diagnose", fails="test_troubles")
def any_step_counts(wanted, train, train_dev, validation, gap):
    """You call every small step a trouble: only one that is larger than `gap` counts."""
    return alternative_steps(wanted, train, train_dev, validation, 0.0)


@mutant("p.01.18", replaces="diagnose", fails="test_troubles")
def either_way(wanted, train, train_dev, validation, gap):
    """You look at how large a step is, and not at its sign: an error that falls is no trouble."""
    steps = {"underfitting": train - wanted, "overfitting": train_dev - train, "mismatch": validation - train_dev}
    return [trouble for trouble, step in steps.items() if abs(step) > gap]


@alternative("p.01.18", replaces="diagnose")
def alternative_steps(wanted, train, train_dev, validation, gap):
    """One question after the other."""
    troubles = []
    if train > wanted + gap:
        troubles.append("underfitting")
    if train_dev > train + gap:
        troubles.append("overfitting")
    if validation > train_dev + gap:
        troubles.append("mismatch")
    return troubles


# p.01.19


@mutant("p.01.19", replaces="optimism", fails="test_the_winner_on_fresh_data")
def two_winners(test_right, fresh_right):
    """You choose anew on the fresh examples: then they are not fresh any more. One model, chosen once, has both
    figures."""
    return float(test_right.mean(axis=1).max()), float(fresh_right.mean(axis=1).max())


@mutant("p.01.19", replaces="optimism", fails="test_the_winner_on_fresh_data")
def average_model(test_right, fresh_right):
    """You average over all models: only the one that was best on the test set would be used."""
    return float(test_right.mean()), float(fresh_right.mean())


@mutant("p.01.19", replaces="optimism", fails="test_the_winner_on_fresh_data")
def chooses_on_fresh(test_right, fresh_right):
    """You choose by the fresh examples: in production there are no answers yet to choose by."""
    best = fresh_right.mean(axis=1).argmax()
    return float(test_right[best].mean()), float(fresh_right[best].mean())


@mutant("p.01.19", replaces="optimism", fails="test_the_winner_on_fresh_data")
def easiest_example(test_right, fresh_right):
    """You average along the wrong axis: each row is a model."""
    best = test_right.mean(axis=0).argmax()
    return float(test_right[:, best].mean()), float(fresh_right[:, best].mean())


@alternative("p.01.19", replaces="optimism")
def by_sorting(test_right, fresh_right):
    """With a sort, as an array."""
    *_, best = np.argsort(np.count_nonzero(test_right, axis=1))
    return np.array([np.mean(test_right[best]), np.mean(fresh_right[best])])


# tf1.01.19


@mutant("tf1.01.19", replaces="folds", fails="test_every_row_validates_once")
def remainder_is_lost(n, k):
    """When n is no multiple of k, some rows are never validated on."""
    size = n // k
    parts = [np.arange(i * size, (i + 1) * size) for i in range(k)]
    return [(np.setdiff1d(np.arange(n), part), part) for part in parts]


@mutant("tf1.01.19", replaces="folds", fails="test_every_row_validates_once")
def remainder_in_the_last(n, k):
    """All left-over rows go into the last part, which gets too large: spread them."""
    parts = np.split(np.arange(n), [n // k * i for i in range(1, k)])
    return [(np.setdiff1d(np.arange(n), part), part) for part in parts]


@mutant("tf1.01.19", replaces="folds", fails="test_every_row_validates_once")
def drawn_each_time(n, k):
    """You draw each validation part anew: some rows are in several of them, and others in none."""
    rng = np.random.default_rng(0)
    orders = [rng.permutation(n) for _ in range(k)]
    return [(order[n // k :], order[: n // k]) for order in orders]


@mutant("tf1.01.19", replaces="folds", fails="test_folds_train_on_the_rest")
def trains_on_everything(n, k):
    """Your folds train on all rows, those included that they are validated on."""
    return [(np.arange(n), part) for part in np.array_split(np.arange(n), k)]


@mutant("tf1.01.19", replaces="folds", fails="test_folds_train_on_the_rest")
def forward_only(n, k):
    """You train only on the rows before each part, as one does with time series: here all others are to be used."""
    parts = np.array_split(np.arange(n), k)
    return [(np.arange(part[0]), part) for part in parts]


@mutant("tf1.01.19", replaces="folds", fails="test_every_row_validates_once")
def swapped_parts(n, k):
    """Training and validation rows are swapped: a fold trains on the larger part."""
    parts = np.array_split(np.arange(n), k)
    return [(part, np.setdiff1d(np.arange(n), part)) for part in parts]


@alternative("tf1.01.19", replaces="folds")
def by_kfold(n, k):
    """With scikit-learn, shuffled."""
    return list(KFold(k, shuffle=True, random_state=1).split(np.zeros(n)))


@alternative("tf1.01.19", replaces="folds")
def dealt_like_cards(n, k):
    """Each row is dealt to a fold in turn, as lists."""
    return [([row for row in range(n) if row % k != i], list(range(i, n, k))) for i in range(k)]
