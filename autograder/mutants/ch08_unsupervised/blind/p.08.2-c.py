# %% right
# Intent: |p - c|^2 differs from |c|^2 - 2 p.c only by |p|^2, which is the same for all colours; so take the smallest of
# the latter, with one einsum, and index into the palette.
def segment(image: ArrayLike, centres: ArrayLike) -> NDArray[Any]:
    palette = np.asarray(centres)
    p, c = np.asarray(image, dtype=float), palette.astype(float)
    shift = c.mean(axis=0)
    p, c = p - shift, c - shift
    power = np.einsum("kc,kc->k", c, c) - 2 * np.einsum("hwc,kc->hwk", p, c)
    return palette[power.argmin(axis=-1)]


P_08_2_CHOICE: list[str] = [
    "reducing columns to distances from groups",
    "spreading a few labels over many rows",
    "noticing rows that are close to no group",
    "finding kinds of customers in what they buy",
]

# %% wrong: segment
# Misconception: Thinks that what is nearest is nearest by any distance, so the sum of the absolute differences of the
# channels does as well as the Euclidean distance.
def segment(image: ArrayLike, centres: ArrayLike) -> NDArray[Any]:
    palette = np.asarray(centres)
    p, c = np.asarray(image, dtype=float), palette.astype(float)
    gaps = sum(np.abs(p[..., j, None] - c[:, j]) for j in range(c.shape[1]))
    return palette[gaps.argmin(axis=-1)]


# %% wrong: P_08_2_CHOICE
# Misconception: Thinks that clustering only gives groups to look at; that distances from groups could be new columns
# belongs to PCA, and labels to supervised learning.
P_08_2_CHOICE: list[str] = [
    "noticing rows that are close to no group",
    "finding kinds of customers in what they buy",
]
