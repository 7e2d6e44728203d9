# %% right
# Intent: count the parts by formula: two indices and a value (COO), a column and a value and rows + 1 pointers (CSR).
def sparse_numbers(rows, columns, n_nonzero):
    return {
        "dense": rows * columns,
        "coo": 2 * n_nonzero + n_nonzero,
        "csr": (rows + 1) + n_nonzero + n_nonzero,
    }

def ragged_numbers(lengths, n_features):
    longest = 0
    steps = 0
    count = 0
    for length in lengths:
        longest = max(longest, int(length))
        steps += int(length)
        count += 1
    return {
        "padded": count * longest * n_features,
        "packed": steps * n_features + longest,
        "jagged": steps * n_features + count + 1,
    }

# %% wrong: sparse_numbers
# Misconception: in COO each number needs one index, its place in the flattened matrix.
def sparse_numbers(rows, columns, n_nonzero):
    return {
        "dense": rows * columns,
        "coo": 2 * n_nonzero,
        "csr": (rows + 1) + 2 * n_nonzero,
    }

# %% wrong: ragged_numbers
# Misconception: batch_sizes holds one length per sequence of the batch.
def ragged_numbers(lengths, n_features):
    steps = sum(lengths)
    return {
        "padded": len(lengths) * max(lengths) * n_features,
        "packed": steps * n_features + len(lengths),
        "jagged": steps * n_features + len(lengths) + 1,
    }
