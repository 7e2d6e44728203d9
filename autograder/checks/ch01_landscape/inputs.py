"""Inputs of chapter 1's hidden checks, drawn afresh for every submission."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from course.datasets import load

Array: TypeAlias = NDArray[Any]

LETTERS = "abcdefghij"  # of the statements in the notebook
FAMILIES = ["supervised learning", "unsupervised learning", "semi-supervised learning", "reinforcement learning"]
KINDS = ["instance-based learning", "model-based learning", "online learning", "reinforcement learning"]
GROUPING = ["classification", "regression", "clustering", "anomaly detection", "reinforcement learning"]
UNSUPERVISED = [
    "clustering", "anomaly detection", "visualization", "dimensionality reduction", "association rule learning",
    "density estimation",
]  # fmt: skip
TASKS = ["classification", "regression", "forecasting", "image captioning", *UNSUPERVISED]
SUPERVISED = [*UNSUPERVISED, "classification", "regression", "reinforcement learning"]
FITNESS = ["underfitting", "overfitting", "data mismatch", "sampling bias"]


def words(rng: np.random.Generator, count: int) -> list[str]:
    """Return `count` different made-up words of six lower-case letters."""
    found: dict[str, None] = {}
    while len(found) < count:
        sounds = zip(rng.choice(list("bdfgklmnprtvz"), 3), rng.choice(list("aou"), 3), strict=True)
        found["".join(a + b for a, b in sounds)] = None
    return list(found)


def pick(rng: np.random.Generator, items: Sequence[Any], size: int, p: Sequence[float] | None = None) -> list[Any]:
    """Return `size` of `items`, with repetition, as they are (numpy would turn texts into its own)."""
    return [items[i] for i in rng.choice(len(items), size, p=p)]


def threshold_table(rng: np.random.Generator, size: int, noise: float) -> tuple[Array, Array, float]:
    """Return values, labels that are 1 from a threshold on, a share of them wrong, and that threshold."""
    scale = 10.0 ** rng.integers(-1, 4)
    values, threshold = rng.exponential(scale, size), scale * rng.uniform(0.2, 0.8)
    wrong = rng.random(size) < noise
    return values, ((values >= threshold) ^ wrong).astype(int), threshold


def threshold_tables(rng: np.random.Generator) -> list[tuple[Array, Array]]:
    """Return tables for which a threshold among the values is best, and some for which "nobody" or "everybody" is."""
    tables = [threshold_table(rng, 40, 0.15)[:2] for _ in range(8)]
    for common in (0, 1, 0, 1):
        values, _, _ = threshold_table(rng, 40, 0.0)
        labels = np.full(40, common)
        # A few of the other class, far from the end at which they would make a threshold of their own worth while.
        order = np.argsort(values) if common == 0 else np.argsort(-values)
        labels[rng.choice(order[5:25], 3, replace=False)] = 1 - common
        tables.append((values, labels))
    for common in (0, 1):
        # "Nobody" or "everybody" is best by a single mistake; the values lie far apart, and some are below 0.
        n = int(rng.integers(8, 14))
        labels = np.full(n, common)
        labels[-3 if common == 0 else 2] = 1 - common
        order = rng.permutation(n)
        tables.append(((rng.uniform(3, 9, n).cumsum() - 20)[order], labels[order]))
    return tables


def houses(rng: np.random.Generator) -> tuple[list[dict[str, Any]], str]:
    """Return rows with gaps everywhere, whose labels may be 0, False or empty texts, and the key of the label."""
    keys = words(rng, 3)
    values = ([0, 1, 2], [False, True], ["", "brick"], [0.0, 3.5])[rng.integers(4)]
    rows = [dict(zip(keys, pick(rng, [*values, None], 3), strict=True)) for _ in range(rng.integers(8, 15))]
    rows[0][keys[0]], rows[1][keys[0]], rows[1][keys[1]] = values[0], None, values[1]
    return rows, keys[rng.integers(2)]


def targets(rng: np.random.Generator, kind: int) -> tuple[list[Any], bool]:
    """Return targets, and whether there can be answers between them: names, truth values and digits, or amounts that
    are skewed, some of them whole. The most frequent class is ahead by at least one."""
    size = int(rng.integers(9, 20))
    if kind >= 3:
        amounts = rng.exponential(10.0, size)
        return (amounts.round(2) if kind == 3 else amounts.astype(int)).tolist(), True
    names: list[Any] = [words(rng, 4), [True, False], rng.permutation(10)[:4].tolist()][kind]
    drawn = pick(rng, names, size)
    winner = names[rng.integers(len(names))]
    most = max(drawn.count(name) for name in names)
    return _mixed(rng, [*drawn, *[winner] * (most + 1 - drawn.count(winner))]), False


def _mixed(rng: np.random.Generator, items: list[Any]) -> list[Any]:
    return [items[i] for i in rng.permutation(len(items))]


def baskets(rng: np.random.Generator) -> list[list[str]]:
    """Return baskets in which one pair is ahead, in either order; the next one always stands in the same. Other names
    come more often, alone or many at a time."""
    *goods, popular = words(rng, 7)
    drawn = [sorted(rng.choice(goods[:5], rng.integers(1, 4), replace=False).tolist()) for _ in range(12)]
    drawn += [[goods[2]], [goods[5]]] * 18
    drawn += [goods[3:5] * 4, [popular] * 9, [popular] * 8, [popular, goods[2]] * 3] * 2
    ordered = [goods[:2], goods[1::-1]] * 6 + [goods[3::2]] * 9
    return _mixed(rng, [*(_mixed(rng, basket) for basket in drawn), *ordered])


def lonely(rng: np.random.Generator) -> Array:
    """Return two crowds with a loner between them, who is near the mean of all, and two far away who are the same:
    (n, d)."""
    d = int(rng.integers(2, 5))
    away = np.zeros(d)
    away[rng.integers(d)] = 40.0
    X = np.vstack([away + rng.normal(size=(15, d)), -away + rng.normal(size=(15, d)), rng.normal(size=(1, d))])
    X = np.vstack([X, [3 * away + rng.normal(size=d)] * 2])
    return rng.permutation(X @ np.linalg.qr(rng.normal(size=(d, d)))[0] + rng.normal(0, 5, d))


def walks(rng: np.random.Generator) -> list[tuple[str, str, float]]:
    """Return a robot's steps. On each ground another move pays best; one that pays less it has tried most often, and
    a bad one was lucky once."""
    grounds, moves = words(rng, 3), words(rng, 4)
    steps = []
    for ground in grounds:
        best, good, often, bad = rng.permutation(moves).tolist()
        pay = {best: 4.0, good: 2.5, often: 1.0, bad: -3.0}
        tried = [*moves, *moves, *pick(rng, moves, 4), *[often] * 14]
        steps += [(ground, move, pay[move] + rng.uniform(-0.4, 0.4)) for move in tried]
        steps.append((ground, bad, 6.0))
    return _mixed(rng, steps)


def jackpots(rng: np.random.Generator, level: float) -> list[tuple[str, str, float]]:
    """Return a robot's steps, whose rewards are all far above 0 or all far below it. On each ground the move that pays
    best on average seldom pays at all; a steady one was tried much more often, and one of the moves never."""
    grounds, moves = words(rng, 3), words(rng, 4)
    steps = []
    for ground in grounds:
        best, steady, bad, _ = rng.permutation(moves).tolist()
        pay = [(best, 0.0)] * 4 + [(best, 25.0)] + [(steady, 3.0)] * 20 + [(bad, 1.0)] * 5
        steps += [(ground, move, level + reward + rng.uniform(-0.4, 0.4)) for move, reward in pay]
    return _mixed(rng, steps)


def crowds(rng: np.random.Generator) -> tuple[Array, Array]:
    """Return customers of 2 to 4 groups that are far apart, (n, 2), and which group each is in, (n,)."""
    k = int(rng.integers(2, 5))
    angle = rng.uniform(0, 7) + np.arange(k) * 2 * np.pi / k
    truth = rng.permutation(np.repeat(np.arange(k), rng.integers(6, 13, k)))
    centre = 30 * np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(0, 50, 2)
    return centre[truth] + rng.normal(size=(len(truth), 2)), truth


def shop(rng: np.random.Generator) -> tuple[Array, list[str], Array, list[str]]:
    """Return known customers with their groups, and new ones. There are two names and three clumps: the middle one
    lies nearer to the other name's, so that groups found without the names are others."""
    names = words(rng, 2)
    direction = rng.uniform(0, 2 * np.pi)
    along = np.array([np.cos(direction), np.sin(direction)])

    def draw(sizes: Sequence[int]) -> tuple[Array, list[str]]:
        clump = rng.permutation(np.repeat([0, 1, 2], sizes))
        X = np.array([0.0, 10.0, 16.0])[clump, None] * along + rng.normal(0, 0.4, (len(clump), 2))
        return X, [names[int(i == 2)] for i in clump]

    return *draw((12, 12, 20)), *draw((4, 4, 4))


def post(rng: np.random.Generator) -> tuple[list[str], list[int]]:
    """Return mails of made-up words and their labels; "free", "win" and "cash" are as likely in wanted ones."""
    shared, spam, wanted = words(rng, 5), words(rng, 6), words(rng, 6)
    labels = [1, 0, *rng.integers(0, 2, 8).tolist()]
    own = {1: [*shared, *spam[:4], "cash"], 0: [*shared, *wanted[:4], "free", "win"]}
    mails = [" ".join(pick(rng, own[label], int(rng.integers(3, 7)))) for label in labels]
    # One spam word is a part of a wanted word, and another word all the same.
    longer = f"{spam[5]}{wanted[5]}"
    return [mails[0] + f" {shared[0]} {spam[5]}", mails[1] + f" {shared[0]} {longer} win", *mails[2:]], labels


def stream(rng: np.random.Generator) -> tuple[Array, Array]:
    """Return a stream whose law changes half-way: (n,), (n,)."""
    n = int(rng.integers(12, 25))
    x = rng.uniform(0.5, 1.5, n)
    return x, np.where(np.arange(n) < n // 2, *rng.normal(0, 5, (2, 1))) * x + rng.normal(0, 0.1, n)


class Table:
    """A table that gives its rows in parts, once, and notices if they are kept; it runs in the student's process."""

    def __init__(self, x, y, sizes):
        import tracemalloc
        import weakref

        import numpy as np

        ends = sizes.cumsum()[:-1]
        self.parts = zip(np.split(x, ends), np.split(y, ends), strict=True)
        self.memory, self.refer = tracemalloc, weakref.ref
        self.given, self.kept_rows = [], False
        self.before, self.allowed = -1, (x.nbytes + y.nbytes) // 3

    def __iter__(self):
        return self

    def __next__(self):
        if self.before < 0:  # only now: what an answer imports before its loop is not counted
            self.memory.start()
        held = self.memory.get_traced_memory()[0]
        self.before = held if self.before < 0 else self.before
        alive = sum(one() is not None for one in self.given)
        self.kept_rows = bool(self.kept_rows or alive > 4 or held - self.before > self.allowed)
        part = next(self.parts, None)
        if part is None:
            self.memory.stop()
            raise StopIteration
        fresh = tuple(column.copy() for column in part)
        self.given += [self.refer(column) for column in fresh]
        return fresh


def big_table(rng: np.random.Generator, parts: int, size: int) -> tuple[Array, Array, Array]:
    """Return x, y and the sizes of the parts. The parts differ in size, place and slope."""
    sizes = rng.integers(size // 2, size * 2, parts)
    part = np.repeat(np.arange(parts), sizes)
    x = rng.normal(0, 2, parts)[part] + rng.normal(0, 1, len(part))
    y = rng.normal(1, 2, parts)[part] * x + rng.normal(0, 3, parts)[part] + rng.normal(0, 0.5, len(part))
    return x, y, sizes


def countries(rng: np.random.Generator) -> tuple[Array, Array]:
    """Return wealth and life satisfaction of some countries, a little different from the published figures."""
    table = load("lifesat").frames["lifesat_full"].iloc[:, 1:].to_numpy(float)
    rows = table[rng.permutation(len(table))[: rng.integers(12, 25)]]
    return rows[:, 0] * rng.uniform(0.98, 1.02, len(rows)), rows[:, 1] + rng.normal(0, 0.05, len(rows))


def noisy_line(rng: np.random.Generator) -> tuple[Array, Array]:
    """Return a line with noise, far from the origin: (n,), (n,)."""
    x = rng.normal(rng.normal(0, 5), rng.uniform(0.5, 3), int(rng.integers(6, 20)))
    return x, rng.normal(0, 3) * x + rng.normal(0, 20) + rng.normal(0, 0.5, len(x))


def poll(rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Return the groups of a sample, in which one is missing, and of the population."""
    names = words(rng, 5)
    population = [*names, *pick(rng, names, int(rng.integers(40, 80)), rng.dirichlet(np.full(5, 3.0)).tolist())]
    return pick(rng, names[:-1], int(rng.integers(8, 20))), _mixed(rng, population)


def curve(rng: np.random.Generator, size: int) -> tuple[Array, Array]:
    """Return points of a wave with noise: (size,), (size,)."""
    x = rng.uniform(-1, 1, size)
    return x, np.sin(3 * x) + rng.normal(0, 0.4, size)


def three_curves(rng: np.random.Generator) -> tuple[tuple[Array, Array], ...]:
    """Return training, validation and test set of one wave."""
    return curve(rng, 14), curve(rng, 8), curve(rng, 8)


def four_errors(rng: np.random.Generator) -> tuple[float, float, float, float, float]:
    """Return the error wanted, those on three sets, and the gap that counts: each step is clearly over it or not.

    A step that is not may go down, so that an error is below the one before it, even by more than the gap."""
    gap = rng.uniform(0.01, 0.05)
    up, flat, down = rng.uniform(1.3, 4, 3), rng.uniform(-0.7, 0.7, 3), rng.uniform(-4, -1.3, 3)
    steps = np.choose(rng.choice(3, 3, p=[0.5, 0.25, 0.25]), [up, flat, down]) * gap
    errors = np.concatenate([[0], np.cumsum(steps)])
    errors += rng.uniform(0.1, 0.2) - min(0.0, errors.min())
    return *(float(error) for error in errors), float(gap)


def errors_on_the_edge(rng: np.random.Generator, step: int) -> tuple[float, float, float, float, float]:
    """Return errors like `four_errors`, of which that step is exactly as large as the gap: which is no trouble yet.

    All are sixty-fourths, so that no rounding decides."""
    steps = rng.integers(-1, 3, 3)
    steps[step] = 1
    return *(float(error) / 64 for error in np.cumsum([8, *steps])), 1 / 64


def guessers(rng: np.random.Generator) -> tuple[Array, Array]:
    """Return who is right about what when 30 models toss coins, (30, n) and (30, m); one is ahead on the first."""
    test = rng.random((30, int(rng.integers(25, 50)))) < 0.5
    best = rng.integers(30)
    ahead = test.sum(axis=1).max() + 1
    test[best, rng.permutation(test.shape[1])[:ahead]] = True
    test[best, test[best].cumsum() > ahead] = False
    return test, rng.random((30, 50)) < 0.5
