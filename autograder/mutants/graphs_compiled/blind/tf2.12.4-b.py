# %% right
# Intent: count from the definitions: COO keeps two indices and a value, CSR one index and a value and rows + 1 pointers; a packed sequence
# keeps one batch size per time step, a jagged one len + 1 offsets.
def sparse_numbers(rows, columns, n_nonzero):
    return {"dense": rows * columns, "coo": 3 * n_nonzero, "csr": 2 * n_nonzero + rows + 1}


def ragged_numbers(lengths, n_features):
    longest, kept = max(lengths), sum(lengths) * n_features
    return {
        "padded": len(lengths) * longest * n_features,
        "packed": kept + longest,
        "jagged": kept + len(lengths) + 1,
    }

# %% wrong: sparse_numbers
# Misconception: COO keeps one position per value, as if the matrix were one long row.
def sparse_numbers(rows, columns, n_nonzero):
    return {"dense": rows * columns, "coo": 2 * n_nonzero, "csr": 2 * n_nonzero + rows + 1}

# %% wrong: ragged_numbers
# Misconception: batch_sizes are the lengths of the sequences, one for each.
def ragged_numbers(lengths, n_features):
    kept = sum(lengths) * n_features
    return {
        "padded": len(lengths) * max(lengths) * n_features,
        "packed": kept + len(lengths),
        "jagged": kept + len(lengths) + 1,
    }

# %% wrong: ragged_numbers
# Misconception: offsets hold a beginning and an end for each sequence.
def ragged_numbers(lengths, n_features):
    longest, kept = max(lengths), sum(lengths) * n_features
    return {
        "padded": len(lengths) * longest * n_features,
        "packed": kept + longest,
        "jagged": kept + 2 * len(lengths),
    }
