"""Chapter 5, sorting beforehand (tf2.06.6): the answers."""

from collections.abc import Sequence

import numpy as np


def sorting_steps(sizes: Sequence[int], presort: bool) -> float:
    """Return the steps that sorting costs, for one feature, while one tree is grown.

    Putting m values in order takes m * log2(m) steps. Walking through a list takes one
    step per entry.

    Parameters
    ----------
    sizes : number of rows at each node that is split; the first is the root, which has
        all rows.
    presort : False: each node puts its own rows in order. True: all rows are put in
        order once; then each node, the root included, walks through that whole list and
        picks out the rows it has.

    Examples
    --------
    >>> sorting_steps([8, 4, 4], presort=False)
    40.0
    """
    sizes = np.asarray(sizes, dtype=float)
    if presort:
        return float(sizes[0] * np.log2(sizes[0]) + len(sizes) * sizes[0])
    return float((sizes * np.log2(sizes)).sum())


# One word.
TF2_06_6_CHOICE: str = "slower"
