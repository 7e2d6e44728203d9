# %% right
# Intent: fill in the table of times cell by cell: each begins when both cells that it needs are done; and count the
# two arrows that leave each cell where the GPUs at both ends differ.
def earliest_times(n_layers, n_steps):
    begins = [[0] * n_steps for _ in range(n_layers)]
    for layer in range(n_layers):
        for step in range(n_steps):
            earliest = 0
            if step > 0:
                earliest = max(earliest, begins[layer][step - 1] + 1)
            if layer > 0:
                earliest = max(earliest, begins[layer - 1][step] + 1)
            begins[layer][step] = earliest
    return begins


def handed_over(gpu_of):
    count = 0
    for layer in range(len(gpu_of)):
        for step in range(len(gpu_of[layer])):
            here = gpu_of[layer][step]
            if step + 1 < len(gpu_of[layer]) and gpu_of[layer][step + 1] != here:
                count += 1
            if layer + 1 < len(gpu_of) and gpu_of[layer + 1][step] != here:
                count += 1
    return count


TF1_14_6_CHOICE = "each layer on a GPU of its own"


# %% wrong: earliest_times
# Misconception: a layer can only begin when the layer below has read the whole sequence.
def earliest_times(n_layers, n_steps):
    return [[layer * n_steps + step for step in range(n_steps)] for layer in range(n_layers)]


# %% wrong: handed_over, TF1_14_6_CHOICE
# Misconception: what is handed over in a recurrent network is the state from step to step only; with each time step on
# a GPU of its own all steps could be worked on at once.
def handed_over(gpu_of):
    count = 0
    for row in gpu_of:
        for step in range(len(row) - 1):
            if row[step] != row[step + 1]:
                count += 1
    return count


TF1_14_6_CHOICE = "each time step on a GPU of its own"
