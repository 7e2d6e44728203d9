# %% right
# Intent: count in closed form. COO: two indices and a value per number; CSR: one index, a value, and a pointer per row + 1.
def sparse_numbers(rows, columns, n_nonzero):
    return {
        "dense": rows * columns,
        "coo": 3 * n_nonzero,
        "csr": rows + 1 + 2 * n_nonzero,
    }


def ragged_numbers(lengths, n_features):
    n, longest, steps = len(lengths), max(lengths), sum(lengths)
    return {
        "padded": n * longest * n_features,
        "packed": steps * n_features + longest,
        "jagged": steps * n_features + n + 1,
    }


# %% wrong: sparse_numbers
# Misconception: one flat position per number is enough to say where it stands in COO.
def sparse_numbers(rows, columns, n_nonzero):
    return {"dense": rows * columns, "coo": 2 * n_nonzero, "csr": rows + 1 + 2 * n_nonzero}


# %% wrong: ragged_numbers
# Misconception: batch_sizes holds the length of each sequence, one number per sequence.
def ragged_numbers(lengths, n_features):
    n, longest, steps = len(lengths), max(lengths), sum(lengths)
    return {
        "padded": n * longest * n_features,
        "packed": steps * n_features + n,
        "jagged": steps * n_features + n + 1,
    }
