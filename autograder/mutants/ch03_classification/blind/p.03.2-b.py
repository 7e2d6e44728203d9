# %% right
# Intent: pad the image with zeros on all sides and cut the window out that is moved the other way; augment cuts five
# such windows out of all images at once.
def shift_image(image: NDArray[Any], dx: int, dy: int) -> NDArray[Any]:
    size = math.isqrt(image.size)
    dx, dy = np.clip([dx, dy], -size, size)
    padded = np.pad(image.reshape(size, size), size)
    return padded[size - dy : 2 * size - dy, size - dx : 2 * size - dx].reshape(image.shape).copy()


def augment(X: NDArray[Any], y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    n, size = len(X), math.isqrt(X.shape[1])
    padded = np.pad(X.reshape(n, size, size), ((0, 0), (1, 1), (1, 1)))
    moves = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
    windows = [padded[:, 1 - dy : 1 - dy + size, 1 - dx : 1 - dx + size] for dx, dy in moves]
    return np.concatenate(windows).reshape(5 * n, size * size), np.tile(y, 5)


# %% wrong: shift_image
# Misconception: Thinks that reshape makes a copy, so that an image that is not moved at all needs no other one.
def shift_image(image: NDArray[Any], dx: int, dy: int) -> NDArray[Any]:
    size = math.isqrt(image.size)
    moved = image.reshape(size, size)
    for axis, step in ((1, dx), (0, dy)):
        if step:
            moved = np.roll(moved, step, axis=axis)
            gap = slice(0, step) if step > 0 else slice(step, None)
            moved[(slice(None), gap) if axis else gap] = 0
    return moved.reshape(image.shape)


# %% wrong: augment
# Misconception: Thinks that pixels are whole numbers from 0 to 255 in any case, so that bytes can hold every image.
def augment(X: NDArray[Any], y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    size = math.isqrt(X.shape[1])
    padded = np.pad(X.astype(np.uint8).reshape(-1, size, size), ((0, 0), (1, 1), (1, 1)))
    moves = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
    windows = [padded[:, 1 - dy : 1 - dy + size, 1 - dx : 1 - dx + size] for dx, dy in moves]
    return np.concatenate(windows).reshape(-1, size * size), np.tile(y, 5)
