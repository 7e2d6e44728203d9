# %% right
# Intent: Gini from plain counts. For the order, try one block of ones at every place among the zeros (first
# with as many zeros before it as there are ones), score all cuts in exact fractions, and keep an order only
# if every best cut has a child worse than the parent.
from collections import Counter
from fractions import Fraction


def gini_of(labels: list[Any]) -> Fraction:
    n: int = len(labels)
    if n == 0:
        return Fraction(0)
    squares: int = sum(count * count for count in Counter(labels).values())
    return 1 - Fraction(squares, n * n)


def impurities(y: ArrayLike, goes_left: ArrayLike) -> tuple[float, float, float, float]:
    labels: list[Any] = np.asarray(y).tolist()
    sides: list[bool] = [bool(side) for side in np.asarray(goes_left).tolist()]
    if len(labels) != len(sides):
        raise ValueError("y and goes_left differ in length")
    left: list[Any] = []
    right: list[Any] = []
    for label, side in zip(labels, sides):
        if side:
            left.append(label)
        else:
            right.append(label)
    g_left: Fraction = gini_of(left)
    g_right: Fraction = gini_of(right)
    both: Fraction = (len(left) * g_left + len(right) * g_right) / len(labels)
    return float(gini_of(labels)), float(g_left), float(g_right), float(both)


def two_class_gini(zeros: int, ones: int) -> Fraction:
    n: int = zeros + ones
    return Fraction(2 * zeros * ones, n * n)


def best_cut_has_worse_child(labels: list[int]) -> bool:
    n: int = len(labels)
    total_ones: int = sum(labels)
    parent: Fraction = two_class_gini(n - total_ones, total_ones)
    best: Fraction | None = None
    is_worse: bool = False
    left_ones: int = 0
    for cut in range(1, n):
        left_ones += labels[cut - 1]
        right_ones: int = total_ones - left_ones
        g_left: Fraction = two_class_gini(cut - left_ones, left_ones)
        g_right: Fraction = two_class_gini(n - cut - right_ones, right_ones)
        both: Fraction = (cut * g_left + (n - cut) * g_right) / n
        here: bool = max(g_left, g_right) > parent
        if best is None or both < best:
            best = both
            is_worse = here
        elif both == best:
            is_worse = is_worse and here
    return is_worse


def worse_child(n_zeros: int, n_ones: int) -> list[int] | None:
    starts: list[int] = sorted(range(n_zeros + 1), key=lambda start: abs(start - n_ones))
    for start in starts:
        labels: list[int] = [0] * start + [1] * n_ones + [0] * (n_zeros - start)
        if best_cut_has_worse_child(labels):
            return labels
    return None


P_05_2_CHOICE: dict[str, str] = {
    "one child": "usually",
    "both children": "always",
}


# %% wrong: impurities
# Misconception: Thinks that the mean of the two children is the plain mean of two numbers, however many rows each has.
def impurities(y: ArrayLike, goes_left: ArrayLike) -> tuple[float, float, float, float]:
    labels: list[Any] = np.asarray(y).tolist()
    sides: list[bool] = [bool(side) for side in np.asarray(goes_left).tolist()]
    left: list[Any] = [label for label, side in zip(labels, sides) if side]
    right: list[Any] = [label for label, side in zip(labels, sides) if not side]
    g_left: float = float(gini_of(left))
    g_right: float = float(gini_of(right))
    return float(gini_of(labels)), g_left, g_right, (g_left + g_right) / 2


# %% wrong: worse_child, P_05_2_CHOICE
# Misconception: Thinks that the best split makes each child at least as pure as its parent, as that is what it is
# chosen for, so there can never be such an order.
def worse_child(n_zeros: int, n_ones: int) -> list[int] | None:
    return None


P_05_2_CHOICE: dict[str, str] = {
    "one child": "always",
    "both children": "always",
}
