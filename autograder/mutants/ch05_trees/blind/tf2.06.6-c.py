# %% right
# Intent: Without presort, the sum over nodes is the inner product of m and log2(m). With it, the root's own term is
# paid once, and each of the nodes pays a walk as long as the root.
def sorting_steps(sizes: Sequence[int], presort: bool) -> float:
    m = np.asarray(sizes, dtype=np.float64)
    ordered = m[:1] if presort else m
    walked = np.broadcast_to(m[:1], m.shape) if presort else np.zeros(0)
    return float(ordered @ np.log2(ordered) + walked.sum())


TF2_06_6_CHOICE: str = "slower"


# %% wrong: sorting_steps, TF2_06_6_CHOICE
# Misconception: Thinks that once all rows are in order, each node walks only through its own rows, not through
# the whole list; so that presorting always saves time.
def sorting_steps(sizes: Sequence[int], presort: bool) -> float:
    if presort:
        return float(sizes[0] * math.log2(sizes[0]) + sum(sizes))
    return float(sum(m * math.log2(m) for m in sizes))


TF2_06_6_CHOICE: str = "faster"
