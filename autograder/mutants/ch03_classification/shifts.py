"""Chapter 3, shifted digits (p.03.2): wrong answers that must fail, and right ones that must pass."""

import math

import numpy as np
from scipy.ndimage import shift

from autograder.testing import alternative, mutant, naive
from solutions.ch03_classification.shifts import augment as right_augment
from solutions.ch03_classification.shifts import shift_image as right_shift_image

STEPS = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]


# p.03.2, wrong


@mutant("p.03.2", replaces="shift_image", fails="test_nothing_comes_back_in")
def wraps_round(image, dx, dy):
    """The shift wraps round: `np.roll` brings pixels back in on the other side. Set them to 0 after rolling."""
    side = int(image.size**0.5)
    return np.roll(image.reshape(side, side), (dy, dx), axis=(0, 1)).reshape(image.shape)


@mutant("p.03.2", replaces="shift_image", fails="test_moves_the_way_asked")
def swaps_x_and_y(image, dx, dy):
    """x and y are swapped: an array is indexed [row, column], that is [y, x], so dy belongs to the first axis."""
    return right_shift_image(image, dy, dx)


@mutant("p.03.2", replaces="shift_image", fails="test_moves_the_way_asked")
def points_y_upwards(image, dx, dy):
    """Positive dy moves the image up: in an image row 0 is at the top, so down means larger row numbers."""
    return right_shift_image(image, dx, -dy)


@mutant("p.03.2", replaces="shift_image", fails="test_nothing_comes_back_in")
def repeats_the_edge(image, dx, dy):
    """The gap is filled with the nearest edge pixel in place of 0: with `scipy.ndimage.shift` use
    `mode="constant"`, which is the default."""
    side = int(image.size**0.5)
    return shift(image.reshape(side, side), (dy, dx), order=0, mode="nearest").reshape(image.shape)


@mutant("p.03.2", replaces="shift_image", fails="test_keeps_shape_and_dtype")
def fills_a_float_array(image, dx, dy):
    """The dtype changes: `np.zeros(shape)` makes float64, eight times as large as bytes. `np.zeros_like` keeps it."""
    out = np.zeros(image.shape)
    out[...] = right_shift_image(image, dx, dy)
    return out


@mutant("p.03.2", replaces="shift_image", fails="test_keeps_shape_and_dtype")
def returns_a_square(image, dx, dy):
    """A flat image comes back square: reshape the result to the shape that was handed in."""
    side = int(image.size**0.5)
    return right_shift_image(image.reshape(side, side), dx, dy)


@mutant("p.03.2", replaces="shift_image", fails="test_leaves_its_input_alone")
def overwrites_its_input(image, dx, dy):
    """The image that was handed in is changed: slices and `reshape` are views of the same memory, so write into a
    new array."""
    image[...] = right_shift_image(image, dx, dy)
    return image


@mutant("p.03.2", replaces="shift_image", fails="test_nothing_comes_back_in")
def moves_flat_images_in_one_piece(image, dx, dy):
    """A flat image is moved as one long row, where what leaves a line on the right comes back at the left of the next
    one: make it square first."""
    if image.ndim == 2:
        return right_shift_image(image, dx, dy)
    return shift(image, dx + math.isqrt(image.size) * dy, order=0)


@mutant("p.03.2", replaces="shift_image", fails="test_nothing_comes_back_in")
def forgets_far_moves_to_the_left_and_up(image, dx, dy):
    """You catch moves by more than the whole width to the right and down only: with negative numbers the image is to
    be empty, too, so compare `abs(dx)` and `abs(dy)`."""
    side = math.isqrt(image.size)
    picture, out = image.reshape(side, side), np.zeros((side, side), dtype=image.dtype)
    if dx < side and dy < side:
        rows, columns = (slice(max(-step, 0), side - max(step, 0)) for step in (dy, dx))
        out[max(dy, 0) : side + min(dy, 0), max(dx, 0) : side + min(dx, 0)] = picture[rows, columns]
    return out.reshape(image.shape)


@mutant("p.03.2", replaces="shift_image", fails="test_keeps_values_that_no_byte_holds")
def moves_bytes(image, dx, dy):
    """The image is made one of bytes, and given back its dtype in the end: fractions, and what is below 0 or above 255,
    are lost by then."""
    return right_shift_image(image.astype(np.uint8), dx, dy).astype(image.dtype)


@mutant("p.03.2", replaces="shift_image", fails="test_moves_the_way_asked")
def cuts_off_minus_zero(image, dx, dy):
    """The slice `[:-d]` is empty when d is 0, and negative d needs the other half of the image: treat each
    direction by itself, or pad first and cut then."""
    side = int(image.size**0.5)
    picture, out = image.reshape(side, side), np.zeros((side, side), dtype=image.dtype)
    out[dy:, dx:] = picture[:-dy, :-dx]
    return out.reshape(image.shape)


@mutant("p.03.2", replaces="augment", fails="test_labels_stay_with_their_images")
def repeats_labels_in_the_wrong_order(X, y):
    """The labels are in another order than the images: blocks of all images need `np.tile(y, 5)`, five rows per
    image need `np.repeat(y, 5)`."""
    X_more, _ = right_augment(X, y)
    return X_more, np.repeat(y, 5)


@mutant("p.03.2", replaces="augment", fails="test_labels_stay_with_their_images")
def shuffles_only_the_images(X, y):
    """Images and labels are shuffled differently: draw one permutation and index both with it."""
    X_more, y_more = right_augment(X, y)
    rng = np.random.default_rng(42)
    return rng.permutation(X_more), rng.permutation(y_more)


@mutant("p.03.2", replaces="augment", fails="test_five_rows_for_each_image")
def drops_the_originals(X, y):
    """The images themselves are missing: the augmented set holds them and their four copies."""
    X_more, y_more = right_augment(X, y)
    return X_more[len(X) :], y_more[len(X) :]


@mutant("p.03.2", replaces="augment", fails="test_five_rows_for_each_image")
def moves_what_has_moved(X, y):
    """Each copy is made from the copy before it: start from the original image for every direction."""
    images = [X]
    for dx, dy in STEPS[1:]:
        images.append(np.array([right_shift_image(row, dx, dy) for row in images[-1]]))
    return np.concatenate(images), np.tile(y, 5)


@naive("p.03.2", replaces="augment", fails="test_accuracy_rises")
def copies_without_moving(X, y):
    """The copies are not moved: `shift_image` returns a new image, which has to be kept."""
    return np.tile(X, (5, 1)), np.tile(y, 5)


@mutant("p.03.2", replaces="augment", fails="test_five_rows_for_each_image")
def rolls_flat_rows(X, y):
    """Flat rows are rolled: what leaves an image row on the right comes back in the next row on the left. Shift
    square images."""
    return np.concatenate([np.roll(X, dx + 28 * dy, axis=1) for dx, dy in STEPS]), np.tile(y, 5)


@mutant("p.03.2", replaces="augment", fails="test_five_rows_for_each_image")
def knows_one_size(X, y):
    """Your code takes every image for one of 28 by 28 pixels: work the side out from the length of a row."""
    images = np.pad(X.reshape(-1, 28, 28), ((0, 0), (1, 1), (1, 1)))
    copies = [images[:, 1 - dy : 29 - dy, 1 - dx : 29 - dx] for dx, dy in STEPS]
    return np.concatenate(copies).reshape(-1, 784), np.tile(y, 5)


@mutant("p.03.2", replaces="augment", fails="test_five_rows_for_each_image")
def makes_whole_labels(X, y):
    """The labels come back as whole numbers, whatever they were: keep their dtype, as `np.tile` and `np.repeat` do."""
    X_more, y_more = right_augment(X, y)
    return X_more, np.array([int(label) for label in y_more])


# p.03.2, right


@alternative("p.03.2", replaces="shift_image")
def pads_and_cuts(image, dx, dy):
    """Padding and slicing."""
    side = int(image.size**0.5)
    dx, dy = (max(-side, min(side, d)) for d in (dx, dy))
    wide = np.pad(image.reshape(side, side), side)
    return wide[side - dy : 2 * side - dy, side - dx : 2 * side - dx].reshape(image.shape)


@alternative("p.03.2", replaces="shift_image")
def multiplies(image, dx, dy):
    """Matrices with a shifted diagonal."""
    side = int(image.size**0.5)
    moved = np.eye(side, k=-dy) @ image.reshape(side, side) @ np.eye(side, k=dx)
    return moved.astype(image.dtype).reshape(image.shape)


@alternative("p.03.2", replaces="shift_image")
def rolls_and_clears(image, dx, dy):
    """`torch.roll`, then zeros in the gap."""
    side = int(image.size**0.5)
    import torch

    moved = torch.roll(torch.from_numpy(image.copy()).reshape(side, side), (dy, dx), (0, 1))
    if dy:
        moved[slice(0, dy) if dy > 0 else slice(dy, None)] = 0
    if dx:
        moved[:, slice(0, dx) if dx > 0 else slice(dx, None)] = 0
    return moved.reshape(image.shape)


@alternative("p.03.2", replaces="shift_image")
def splines(image, dx, dy):
    """`scipy.ndimage.shift` as it is: at whole pixels its splines give the pixels back."""
    side = int(image.size**0.5)
    return shift(image.reshape(side, side), [dy, dx], cval=0).reshape(image.shape)


@alternative("p.03.2", replaces="augment")
def shuffles_pairs(X, y):
    """Shuffled, images and labels alike."""
    X_more, y_more = right_augment(X, y)
    order = np.random.default_rng().permutation(len(X_more))
    return X_more[order], y_more[order]


@alternative("p.03.2", replaces="augment")
def five_in_a_row(X, y):
    """Row by row: each image followed by its copies; labels in a list."""
    rows = [right_shift_image(row, dx, dy) for row in X for dx, dy in STEPS]
    return np.array(rows), [label for label in y for _ in STEPS]


@alternative("p.03.2", replaces="augment")
def all_images_at_once(X, y):
    """Slices of the whole stack of images."""
    side = math.isqrt(X.size // len(X))
    images = X.reshape(len(X), side, side)
    copies = [np.zeros_like(images) for _ in range(4)]
    copies[0][:, :, 1:] = images[:, :, :-1]
    copies[1][:, :, :-1] = images[:, :, 1:]
    copies[2][:, 1:] = images[:, :-1]
    copies[3][:, :-1] = images[:, 1:]
    return np.concatenate([images, *copies]).reshape(-1, side * side), np.concatenate([y] * 5)
