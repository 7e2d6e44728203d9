"""Chapter 6, a vote on digits (p.06.8): the answers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.ensemble import ExtraTreesClassifier, VotingClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

P_06_8 = """
On 1,000 test digits the vote is right about 950. Its members are right about 945 (neighbours), 942 (trees) and 913
(network): five more than the best, or a half of a point. Chance alone moves such a difference by several digits, so I
would say "no worse, and probably a little better"; with 10,000 test digits I would know. On the validation rows there
was no gain at all, 95.4% for the trees and for the vote, and which member is best is not even the same there.

There is a gain where the members are wrong about different digits, so that two can outvote the third. The trees and
the neighbours do differ, but the network is clearly weaker than both and is often the one that is outvoted; where two
of three err in the same way, a badly written 4 for instance, a vote can't help. A better third member of another
kind, a kernel machine perhaps, would do more than the choice between hard and soft.
"""
P_06_8_RUBRIC = """
- 1 point: figures of its own: the vote beside its best member on unseen rows, in rows or points, and whether it could
  be chance
- 1 point: a reason that fits (mistakes that differ or don't, weak members)
"""


def split_digits(
    X: NDArray[Any], y: NDArray[Any], sizes: Sequence[int], seed: int = 42
) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """Cut a data set into parts that have no row in common.

    Parameters
    ----------
    X : (n, d) one row per image; rows may be sorted by label.
    y : (n,) their labels.
    sizes : how many rows each part gets, n at most together; (50_000, 10_000, 10_000)
        for training, validation, test.
    seed : the same seed draws the same rows.

    Returns
    -------
    A pair (X, y) for each part, its rows drawn at random.

    Examples
    --------
    >>> X, y = np.arange(20).reshape(10, 2), np.arange(10)
    >>> parts = split_digits(X, y, (5, 3, 2))
    >>> [(len(X_part), len(y_part)) for X_part, y_part in parts]
    [(5, 5), (3, 3), (2, 2)]
    >>> sorted(np.concatenate([y_part for _, y_part in parts]).tolist())
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    order = np.random.default_rng(seed).permutation(len(X))[: sum(sizes)]
    return [(X[rows], y[rows]) for rows in np.split(order, np.cumsum(sizes)[:-1])]


def _unit(X: NDArray[Any]) -> NDArray[np.float32]:
    """Bring pixels to 0..1: nearest neighbours are slow on bytes, and a network learns badly from large numbers."""
    return np.asarray(X, dtype=np.float32) / 255


def _members(n: int) -> list[tuple[str, ClassifierMixin]]:
    """Return three classifiers of different kinds, not fitted, for a training set of n digits."""
    batch = int(np.clip(n // 25, 10, 200))  # so that a small training set, too, makes enough steps in 15 rounds
    net = MLPClassifier((100,), batch_size=batch, max_iter=15, random_state=42)
    return [
        ("trees", ExtraTreesClassifier(60, random_state=42)),
        ("neighbours", make_pipeline(FunctionTransformer(_unit), KNeighborsClassifier(4, weights="distance"))),
        ("net", make_pipeline(FunctionTransformer(_unit), net)),
    ]


def build_voter(
    X_train: NDArray[Any], y_train: NDArray[Any], X_val: NDArray[Any], y_val: NDArray[Any]
) -> dict[str, Any]:
    """Train classifiers of digits, or of ten letters, and let them vote,
    in the better of two ways.

    Parameters
    ----------
    X_train, y_train : (n, 784) pixels 0 to 255, uint8, and the digits (n,); each of the
        ten occurs ten times or more. Everything is fitted to these rows.
    X_val, y_val : the same, of other rows, which serve to compare and choose, and
        nothing is fitted to them.

    Returns
    -------
    dict with

    - ``"models"`` : dict of three or more fitted classifiers by name, of different
      kinds;
    - ``"voter"`` : an object whose ``predict(X)`` returns the digits that they vote
      for;
    - ``"val_scores"`` : dict of accuracies on the validation rows: of each model by its
      name, and of the vote by ``"hard"`` and ``"soft"``;
    - ``"voting"`` : ``"hard"`` or ``"soft"``, the one with the better score, which is
      how the voter votes.

    Examples
    --------
    Ten patterns of stripes, a dozen of each:

    >>> stripes = np.repeat(np.eye(10, dtype=np.uint8) * 255, 79, axis=1)[:, :784]
    >>> X, y = np.repeat(stripes, 12, axis=0), np.repeat(np.arange(10), 12)
    >>> found = build_voter(X, y, X[::5], y[::5])
    >>> sorted(found)
    ['models', 'val_scores', 'voter', 'voting']
    >>> sorted(found["val_scores"]) == sorted([*found["models"], "hard", "soft"])
    True
    >>> found["voter"].predict(X[[0, 50, 119]]).tolist()
    [0, 4, 9]
    """
    voter = VotingClassifier(_members(len(X_train))).fit(X_train, y_train)
    # The voter trains its members on class numbers; for the digits, all ten of them, these are the labels.
    models = dict(voter.named_estimators_)
    scores = {name: float(model.score(X_val, y_val)) for name, model in models.items()}
    for voting in ("hard", "soft"):  # only `predict` asks for it, so nothing is trained again
        scores[voting] = float(voter.set_params(voting=voting).score(X_val, y_val))
    best = "soft" if scores["soft"] >= scores["hard"] else "hard"
    return {"models": models, "voter": voter.set_params(voting=best), "val_scores": scores, "voting": best}
