"""Training on several devices, ways to share the work (tf2.19.7 and tf2.19.8): wrong answers, and right ones."""

from itertools import pairwise

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- tf2.19.7


def _count(widths, biases=True):
    return sum((before + biases) * after for before, after in pairwise(widths))


@mutant("tf2.19.7", replaces="numbers_sent", fails="test_numbers_that_are_sent")
def no_biases(widths, batch_size, n_devices, cuts):
    """The biases have gradients, too."""
    model = sum(2 * batch_size * widths[cut] for cut in cuts)
    return {"data": 2 * (n_devices - 1) * _count(widths, False), "model": model}


@mutant("tf2.19.7", replaces="numbers_sent", fails="test_numbers_that_are_sent")
def forward_only(widths, batch_size, n_devices, cuts):
    """The gradients by the activations come back over each cut: twice as much is sent."""
    model = sum(batch_size * widths[cut] for cut in cuts)
    return {"data": 2 * (n_devices - 1) * _count(widths), "model": model}


@mutant("tf2.19.7", replaces="numbers_sent", fails="test_numbers_that_are_sent")
def of_one_device(widths, batch_size, n_devices, cuts):
    """You count what one device sends: all of them together are asked for."""
    model = sum(2 * batch_size * widths[cut] for cut in cuts)
    return {"data": 2 * (n_devices - 1) * _count(widths) / n_devices, "model": model}


@mutant("tf2.19.7", replaces="numbers_sent", fails="test_numbers_that_are_sent")
def each_to_each(widths, batch_size, n_devices, cuts):
    """In a ring nobody sends all gradients to everybody: only parts, 2 (n - 1) times."""
    model = sum(2 * batch_size * widths[cut] for cut in cuts)
    return {"data": n_devices * (n_devices - 1) * _count(widths), "model": model}


@mutant("tf2.19.7", replaces="numbers_sent", fails="test_numbers_that_are_sent")
def parts_of_the_batch(widths, batch_size, n_devices, cuts):
    """If the model is what is cut, the whole batch goes through all of its parts."""
    model = sum(2 * batch_size * widths[cut] for cut in cuts) // n_devices
    return {"data": 2 * (n_devices - 1) * _count(widths), "model": model}


@mutant("tf2.19.7", replaces="numbers_sent", fails="test_numbers_that_are_sent")
def whole_parts(widths, batch_size, n_devices, cuts):
    """`//` leaves out what does not divide evenly: all devices together send all of it."""
    part = _count(widths) // n_devices
    return {"data": n_devices * 2 * (n_devices - 1) * part, "model": sum(2 * batch_size * widths[cut] for cut in cuts)}


@alternative("tf2.19.7", replaces="numbers_sent")
def device_by_device(widths, batch_size, n_devices, cuts):
    """What one device sends, times their number, as floats, which need not be exact."""
    part = _count(widths) / n_devices
    return {
        "data": 2.0 * (n_devices - 1) * part * n_devices,
        "model": 2.0 * batch_size * sum(widths[one] for one in cuts),
    }


@alternative("tf2.19.7", replaces="numbers_sent")
def by_playing_the_ring(widths, batch_size, n_devices, cuts):
    """By adding up the messages of a ring, and of each row."""
    from fractions import Fraction

    total = Fraction(0)
    for _ in range(2 * (n_devices - 1)):
        for _ in range(n_devices):
            total += Fraction(_count(widths), n_devices)
    model = 0
    for _ in range(batch_size):
        for cut in cuts:
            model += widths[cut] + widths[cut]
    return {"model": model, "data": int(total)}


# ---------------------------------------------------------------- tf2.19.8


@mutant("tf2.19.8", replaces="rows_per_second", fails="test_rows_per_second")
def on_average(seconds, batch_size, strategy, spare=0):
    """A synchronous step takes as long as the slowest worker that is waited for, not as the average one."""
    if strategy == "asynchronous":
        return sum(batch_size / one for one in seconds)
    kept = sorted(seconds)[: len(seconds) - spare]
    return batch_size * len(kept) ** 2 / sum(kept)


@mutant("tf2.19.8", replaces="rows_per_second", fails="test_rows_per_second")
def spare_ones_count(seconds, batch_size, strategy, spare=0):
    """The batches of those that nobody waits for are thrown away: they don't count."""
    if strategy == "asynchronous":
        return sum(batch_size / one for one in seconds)
    return batch_size * len(seconds) / sorted(seconds)[len(seconds) - spare - 1]


@mutant("tf2.19.8", replaces="rows_per_second", fails="test_rows_per_second")
def drops_the_quick_ones(seconds, batch_size, strategy, spare=0):
    """It is the slowest workers that are not waited for."""
    if strategy == "asynchronous":
        return sum(batch_size / one for one in seconds)
    return batch_size * (len(seconds) - spare) / max(seconds)


@mutant("tf2.19.8", replaces="rows_per_second", fails="test_rows_per_second")
def as_the_slowest(seconds, batch_size, strategy, spare=0):
    """Without waiting, each worker goes on at its own speed."""
    kept = sorted(seconds)[: len(seconds) - spare]
    return batch_size * len(kept) / max(kept)


@mutant("tf2.19.8", replaces="numbers_kept", fails="test_numbers_on_each_device")
def parameters_and_nothing_else(n_parameters, n_devices, strategy):
    """Gradients and Adam's two averages are as large as the parameters: four numbers for each."""
    return n_parameters / n_devices if strategy == "sharded" else n_parameters


@mutant("tf2.19.8", replaces="numbers_kept", fails="test_numbers_on_each_device")
def one_average(n_parameters, n_devices, strategy):
    """Adam keeps two averages: of the gradients and of their squares."""
    return 3 * n_parameters / (n_devices if strategy == "sharded" else 1)


@mutant("tf2.19.8", replaces="numbers_kept", fails="test_numbers_on_each_device")
def whole_parameters(n_parameters, n_devices, strategy):
    """Cut up, the parameters themselves are in parts as well, not the optimiser's state alone."""
    return n_parameters + 3 * n_parameters / n_devices if strategy == "sharded" else 4 * n_parameters


@alternative("tf2.19.8", replaces="rows_per_second")
def with_sorted_arrays(seconds, batch_size, strategy, spare=0):
    """With arrays, which give a NumPy number."""
    import numpy as np

    times = np.sort(np.array(seconds))
    if strategy.startswith("a"):
        return np.sum(batch_size / times)
    return np.float64(batch_size * (len(times) - spare) / times[len(times) - 1 - spare])


@alternative("tf2.19.8", replaces="numbers_kept")
def by_the_parts(n_parameters, n_devices, strategy):
    """Part by part."""
    share = 1 / n_devices if strategy == "sharded" else 1
    return sum(share * n_parameters for _ in ("parameters", "gradients", "means", "squares"))
