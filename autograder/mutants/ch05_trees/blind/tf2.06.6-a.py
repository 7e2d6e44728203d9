# %% right
# Intent: Without presort add up m * log2(m) over the nodes; with it, sort the root's rows once and add one full walk
# for each node.
def steps_to_sort(m: int) -> float:
    if m < 2:
        return 0.0
    return float(m) * math.log2(m)


def sorting_steps(sizes: Sequence[int], presort: bool) -> float:
    if len(sizes) == 0:
        return 0.0
    if presort:
        n_rows: float = float(sizes[0])
        return steps_to_sort(sizes[0]) + n_rows * len(sizes)
    total: float = 0.0
    for size in sizes:
        total += steps_to_sort(size)
    return total


TF2_06_6_CHOICE: str = "slower"


# %% wrong: sorting_steps, TF2_06_6_CHOICE
# Misconception: Thinks that after sorting beforehand each node walks through its own rows only, so presort always pays.
def sorting_steps(sizes: Sequence[int], presort: bool) -> float:
    if presort:
        return steps_to_sort(sizes[0]) + float(sum(sizes))
    return float(sum(steps_to_sort(size) for size in sizes))


TF2_06_6_CHOICE: str = "faster"


# %% wrong: sorting_steps
# Misconception: Thinks that the root needs no walk of its own, as it has all rows and these are already in order.
def sorting_steps(sizes: Sequence[int], presort: bool) -> float:
    if presort:
        return steps_to_sort(sizes[0]) + float(sizes[0]) * (len(sizes) - 1)
    return float(sum(steps_to_sort(size) for size in sizes))
