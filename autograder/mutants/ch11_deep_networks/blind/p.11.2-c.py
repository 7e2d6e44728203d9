# %% right
# Intent: two units stay twins for ever if and only if they begin with the same incoming weights, bias and outgoing
# weights; so count distinct rows of the matrix [W_in | b | W_outᵀ].
def different_units(W_in: ArrayLike, b: ArrayLike, W_out: ArrayLike) -> int:
    W_in, b, W_out = (torch.as_tensor(np.asarray(part, dtype=np.float64)) for part in (W_in, b, W_out))
    units = torch.cat([W_in, b[:, None], W_out.T], dim=1)
    twins = (units[:, None, :] == units[None, :, :]).all(dim=-1)  # (units, units)
    # a unit counts where no twin stands before it
    return int((twins.tril(diagonal=-1).sum(dim=1) == 0).sum())


P_11_2_CHOICE: list[str] = ["a", "e"]

# %% wrong: different_units
# Misconception: only what goes into a unit makes it different; what leads out of it belongs to the next layer.
def different_units(W_in: ArrayLike, b: ArrayLike, W_out: ArrayLike) -> int:
    units = np.column_stack([np.asarray(W_in, dtype=float), np.asarray(b, dtype=float)])
    return len(np.unique(units, axis=0))


# %% wrong: P_11_2_CHOICE
# Misconception: it is enough that the layers differ from each other.
P_11_2_CHOICE: list[str] = ["a", "c", "e"]
