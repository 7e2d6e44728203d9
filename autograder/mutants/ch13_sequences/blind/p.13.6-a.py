# %% right
# Intent: One matrix product for all four layers, cut into four blocks of H columns in the stated order; then
# c = f * c + i * g and h = o * tanh(c), with a sigmoid that cannot overflow.
def _sigmoid(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return 0.5 * (1.0 + np.tanh(0.5 * z))


def lstm_step(
    x: ArrayLike, h: ArrayLike, c: ArrayLike, W_x: ArrayLike, W_h: ArrayLike, b: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x_in = np.asarray(x, dtype=np.float64)
    h_old = np.asarray(h, dtype=np.float64)
    c_old = np.asarray(c, dtype=np.float64)
    weights_x = np.asarray(W_x, dtype=np.float64)
    weights_h = np.asarray(W_h, dtype=np.float64)
    z = x_in @ weights_x.T + h_old @ weights_h.T + np.asarray(b, dtype=np.float64)
    n_units = h_old.shape[1]
    input_gate = _sigmoid(z[:, :n_units])
    forget_gate = _sigmoid(z[:, n_units : 2 * n_units])
    candidate = np.tanh(z[:, 2 * n_units : 3 * n_units])
    output_gate = _sigmoid(z[:, 3 * n_units :])
    c_new = forget_gate * c_old + input_gate * candidate
    h_new = output_gate * np.tanh(c_new)
    return h_new, c_new

# %% wrong: lstm_step
# Misconception: Thinks that the forget gate says how much is forgotten, so that 1 minus the gate is what is kept.
def lstm_step(
    x: ArrayLike, h: ArrayLike, c: ArrayLike, W_x: ArrayLike, W_h: ArrayLike, b: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    h_old = np.asarray(h, dtype=np.float64)
    c_old = np.asarray(c, dtype=np.float64)
    z = np.asarray(x, dtype=np.float64) @ np.asarray(W_x, dtype=np.float64).T
    z = z + h_old @ np.asarray(W_h, dtype=np.float64).T + np.asarray(b, dtype=np.float64)
    i, f, g, o = np.split(z, 4, axis=1)
    c_new = (1.0 - _sigmoid(f)) * c_old + _sigmoid(i) * np.tanh(g)
    return _sigmoid(o) * np.tanh(c_new), c_new

# %% wrong: lstm_step
# Misconception: Thinks that only the candidate is squashed by tanh, and that the output gate lets the long-term state
# itself through.
def lstm_step(
    x: ArrayLike, h: ArrayLike, c: ArrayLike, W_x: ArrayLike, W_h: ArrayLike, b: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    h_old = np.asarray(h, dtype=np.float64)
    c_old = np.asarray(c, dtype=np.float64)
    z = np.asarray(x, dtype=np.float64) @ np.asarray(W_x, dtype=np.float64).T
    z = z + h_old @ np.asarray(W_h, dtype=np.float64).T + np.asarray(b, dtype=np.float64)
    i, f, g, o = np.split(z, 4, axis=1)
    c_new = _sigmoid(f) * c_old + _sigmoid(i) * np.tanh(g)
    return _sigmoid(o) * c_new, c_new
