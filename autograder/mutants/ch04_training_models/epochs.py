"""Chapter 4, epoch by epoch: wrong answers that must fail, and right ones that must pass."""

import itertools
import math

import numpy as np

from autograder.testing import alternative, mutant

# p.04.5


@mutant("p.04.5", replaces="what_to_do", fails="test_reads_the_curves")
def validation_only(training, validation):
    """You look at the validation error alone: it rises in two cases, and only the training error tells which."""
    return "lower the rate" if validation[-1] > validation[-2] else "go on"


@mutant("p.04.5", replaces="what_to_do", fails="test_reads_the_curves")
def by_the_gap(training, validation):
    """A gap between the two errors is no reason to stop while the validation error is falling."""
    if training[-1] > training[-2]:
        return "lower the rate"
    return "stop" if validation[-1] > 1.2 * training[-1] else "go on"


@mutant("p.04.5", replaces="what_to_do", fails="test_reads_the_curves")
def end_against_beginning(training, validation):
    """You compare the end with the beginning: an error can have fallen far and be rising now."""
    if training[-1] > training[0]:
        return "lower the rate"
    return "stop" if validation[-1] > validation[0] else "go on"


@mutant("p.04.5", replaces="what_to_do", fails="test_reads_the_curves")
def validation_asked_first(training, validation):
    """You ask about the validation error first: where both errors rise, the steps are too long, and that comes before
    all else."""
    if validation[-1] > validation[-2]:
        return "stop"
    return "lower the rate" if training[-1] > training[-2] else "go on"


@mutant("p.04.5", replaces="what_to_do", fails="test_reads_the_curves")
def wants_a_clear_rise(training, validation):
    """You call it a rise only from some size on: the curves are smooth, so any rise is one."""
    if training[-1] > 1.05 * training[-2]:
        return "lower the rate"
    return "stop" if validation[-1] > 1.05 * validation[-2] else "go on"


@mutant("p.04.5", replaces="what_to_do", fails="test_reads_the_curves")
def looks_far_back(training, validation):
    """You look further back than ten epochs: a curve that fell for long and has now turned seems to fall still."""
    if training[-1] > training[len(training) // 2]:
        return "lower the rate"
    return "stop" if validation[-1] > validation[len(validation) // 2] else "go on"


@mutant("p.04.5", replaces="what_to_do", fails="test_reads_the_curves")
def the_gap_grows(training, validation):
    """You stop because the gap between the errors grows: as long as the validation error itself falls, the model gets
    better."""
    if training[-1] > training[-2]:
        return "lower the rate"
    return "stop" if validation[-1] - training[-1] > validation[-10] - training[-10] else "go on"


@alternative("p.04.5", replaces="what_to_do")
def by_slope(training, validation):
    """Straight lines through the last ten epochs."""
    rises = [np.polyfit(range(10), curve[-10:], 1)[0] > 0 for curve in (training, validation)]
    return "lower the rate" if rises[0] else ("go on", "stop")[int(rises[1])]


# p.04.6


@mutant("p.04.6", replaces="should_stop", fails="test_stops_after_the_patience")
def at_the_first_rise(errors, patience):
    """You stop at the first rise: with mini-batches the error goes up and down, and may well fall again."""
    return any(later > earlier for earlier, later in itertools.pairwise(errors))


@mutant("p.04.6", replaces="should_stop", fails="test_stops_after_the_patience")
def one_epoch_too_late(errors, patience):
    """You wait one epoch too long: when the lowest error is exactly `patience` epochs old, it is time."""
    return len(errors) - 1 - int(np.argmin(errors)) > patience


@mutant("p.04.6", replaces="should_stop", fails="test_stops_after_the_patience")
def rises_in_a_row(errors, patience):
    """You count rises in a row, and each fall begins the patience anew: what matters is how long ago the lowest error
    was, whatever happened since."""
    rises = [later >= earlier for earlier, later in itertools.pairwise(errors)]
    return len(rises) >= patience and all(rises[-patience:])


@mutant("p.04.6", replaces="should_stop", fails="test_stops_after_the_patience")
def against_the_patience_ago(errors, patience):
    """You compare the newest error with the one of `patience` epochs ago: that one may have been high by chance, and
    a new low in between counts as well."""
    return len(errors) > patience and errors[-1] >= errors[-1 - patience]


@mutant("p.04.6", replaces="should_stop", fails="test_stops_after_the_patience")
def equal_is_progress(errors, patience):
    """An error that only equals the lowest begins the patience anew in your function: it is no progress."""
    lowest = [epoch for epoch, error in enumerate(errors) if error == min(errors)]
    return len(errors) - 1 - lowest[-1] >= patience


@mutant("p.04.6", replaces="should_stop", fails="test_stops_after_the_patience")
def small_progress_is_none(errors, patience):
    """You want the error to fall by some amount before it counts: any error below the lowest is progress, and what is
    little depends on the unit."""
    lowest, waited = math.inf, 0
    for error in errors:
        lowest, waited = (error, 0) if error < lowest - 1e-3 else (lowest, waited + 1)
    return waited >= patience


@mutant("p.04.6", replaces="best_epoch", fails="test_keeps_the_best_epoch")
def before_the_first_rise(errors):
    """You take the epoch before the first rise: with noise the error may fall further after that."""
    return next((n for n in range(len(errors) - 1) if errors[n + 1] > errors[n]), len(errors) - 1)


@mutant("p.04.6", replaces="best_epoch", fails="test_keeps_the_best_epoch")
def last_of_the_equals(errors):
    """Of epochs that are equally good you take the last: asked for is the first."""
    return len(errors) - 1 - int(np.argmin(errors[::-1]))


@mutant("p.04.6", replaces="best_epoch", fails="test_keeps_the_best_epoch")
def counted_from_one(errors):
    """Your number is one too high: the first epoch has number 0."""
    return int(np.argmin(errors)) + 1


@mutant("p.04.6", replaces="best_epoch", fails="test_keeps_the_best_epoch")
def the_newest(errors):
    """You keep the newest parameters: since the best epoch they have only become worse."""
    return len(errors) - 1


@mutant("p.04.6", replaces="P_04_6_CHOICE", fails="test_stop_at_the_first_rise", constant=True)
def at_once():
    """One rise may be noise: stopping there can end training long before the best epoch."""
    return ["a"]


@mutant("p.04.6", replaces="P_04_6_CHOICE", fails="test_stop_at_the_first_rise", constant=True)
def to_the_end():
    """Without stopping, the last parameters are those of an overfitted model."""
    return ["c"]


@alternative("p.04.6", replaces="should_stop")
def newest_against_before(errors, patience):
    """No record among the last `patience` errors."""
    return len(errors) > patience and min(errors[-patience:]) >= min(errors[:-patience])


# p.04.7


@mutant("p.04.7", replaces="updates", fails="test_counts_updates")
def full_batches_only(m, batch_size, epochs):
    """The last batch of an epoch may be smaller, but it makes a step as well: round up."""
    return m // batch_size * epochs


@mutant("p.04.7", replaces="updates", fails="test_counts_updates")
def one_per_epoch(m, batch_size, epochs):
    """One step per epoch is batch gradient descent: with smaller batches there is a step after each batch."""
    return epochs


@mutant("p.04.7", replaces="updates", fails="test_counts_updates")
def always_one_more(m, batch_size, epochs):
    """You add a batch for what is left over in any case: where the rows fill whole batches, nothing is left over."""
    return (m // batch_size + 1) * epochs


@mutant("p.04.7", replaces="updates", fails="test_counts_updates")
def across_the_epochs(m, batch_size, epochs):
    """You fill up the last batch with rows of the next epoch: each epoch is cut into batches by itself."""
    return math.ceil(m * epochs / batch_size)


@mutant("p.04.7", replaces="updates", fails="test_counts_updates")
def at_least_a_whole_batch(m, batch_size, epochs):
    """You leave out a last batch that is not full, unless it is the only one: it makes a step as well."""
    return max(1, m // batch_size) * epochs


@mutant("p.04.7", replaces="gradient_noise", fails="test_measures_the_noise")
def with_replacement(G, batch_size):
    """All rows of a batch are different, so a batch of all rows has no noise at all: your figure allows repeats."""
    return float(G.var(axis=0).sum() / batch_size)


@mutant("p.04.7", replaces="gradient_noise", fails="test_measures_the_noise")
def not_squared(G, batch_size):
    """You take the mean of the distances: asked for is that of their squares."""
    batches = itertools.combinations(G, batch_size)
    return float(np.mean([np.linalg.norm(np.mean(rows, axis=0) - G.mean(axis=0)) for rows in batches]))


@mutant("p.04.7", replaces="gradient_noise", fails="test_measures_the_noise")
def mean_over_the_entries(G, batch_size):
    """You take the mean over the n entries of a gradient: a squared distance is the sum of the squared differences."""
    return float(G.var(axis=0, ddof=1).mean() * (1 / batch_size - 1 / len(G)))


@mutant("p.04.7", replaces="gradient_noise", fails="test_measures_the_noise")
def neighbours_only(G, batch_size):
    """You cut the rows into batches once, in the order in which they stand: each set of rows is as likely as any other,
    so all of them count."""
    batches = [G[at : at + batch_size] for at in range(0, len(G) - batch_size + 1, batch_size)]
    return float(np.mean([np.sum((rows.mean(axis=0) - G.mean(axis=0)) ** 2) for rows in batches]))


@mutant("p.04.7", replaces="gradient_noise", fails="test_measures_the_noise")
def divides_by_all_rows(G, batch_size):
    """Your formula takes `np.var` as it comes, which divides by m: for rows drawn without replacement it has to be
    m - 1."""
    return float(G.var(axis=0).sum() * (1 / batch_size - 1 / len(G)))


@mutant("p.04.7", replaces="P_04_7_FIRST", fails="test_who_is_near_first", constant=True)
def exact_is_fast():
    """An exact gradient makes good steps, but only one for each reading of all the rows."""
    return "batch"


@mutant("p.04.7", replaces="P_04_7_SETTLES", fails="test_who_settles", constant=True)
def noise_settles():
    """The gradient of a single row is not 0 at the minimum of the mean: stochastic descent keeps moving there."""
    return "stochastic"


@mutant("p.04.7", replaces="P_04_7_REMEDY", fails="test_how_the_others_settle", constant=True)
def more_of_the_same():
    """More epochs at the same rate are more of the same bouncing."""
    return "more epochs"


@mutant("p.04.7", replaces="P_04_7_REMEDY", fails="test_how_the_others_settle", constant=True)
def less_noise():
    """Larger batches have less noise, but until they hold all the rows, some of it is left."""
    return "larger batches"


@alternative("p.04.7", replaces="gradient_noise", also={"updates": lambda m, b, epochs: math.ceil(m / b) * epochs})
def tries_all(G, batch_size):
    """Every batch, one after the other."""
    distances = [
        np.sum((G[list(rows)].mean(axis=0) - G.mean(axis=0)) ** 2)
        for rows in itertools.combinations(range(len(G)), batch_size)
    ]
    return np.mean(distances)
