# %% right
# Intent: goods that are bought together are the largest off-diagonal entry of M'M, M being the 0/1 table of baskets and
# goods; the loneliest row has the largest minimum in a distance matrix whose diagonal is infinite.
import torch

P_01_5_CHOICE: list[str] = ["clustering", "dimensionality reduction", "anomaly detection", "density estimation"]


def bought_together(baskets: Sequence[Sequence[str]]) -> list[str]:
    goods = sorted(set().union(*map(set, baskets)))
    M = torch.tensor([[float(good in basket) for good in goods] for basket in map(set, baskets)])
    together = torch.triu(torch.einsum("bi,bj->ij", M, M), diagonal=1)
    i, j = divmod(int(together.argmax()), len(goods))
    return [goods[i], goods[j]]


def odd_one_out(X: Array) -> int:
    rows = torch.as_tensor(np.asarray(X, dtype=float))
    apart = torch.cdist(rows, rows, compute_mode="donot_use_mm_for_euclid_dist").fill_diagonal_(torch.inf)
    return int(apart.amin(dim=1).argmax())


# %% wrong: bought_together
# Misconception: Thinks that the two goods which sell best are also the two that are bought together most often.
def bought_together(baskets: Sequence[Sequence[str]]) -> list[str]:
    from collections import Counter

    sold = Counter(good for basket in baskets for good in set(basket))
    return sorted(name for name, _ in sold.most_common(2))


# %% wrong: P_01_5_CHOICE
# Misconception: Thinks that a forecast needs no labels, because nobody has to write them: the future supplies them.
P_01_5_CHOICE: list[str] = ["clustering", "dimensionality reduction", "anomaly detection", "forecasting"]
