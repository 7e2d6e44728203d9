# %% right
# Intent: one row per pixel, the nearest centre by SciPy's cdist, and fancy indexing back into the image's shape.
from scipy.spatial.distance import cdist


def segment(image, centres):
    image, centres = np.asarray(image), np.asarray(centres)
    nearest = cdist(image.reshape(-1, image.shape[-1]), centres).argmin(axis=1)
    return centres[nearest].reshape(image.shape)


P_08_2_CHOICE = [
    "finding kinds of customers in what they buy",
    "reducing columns to distances from groups",
    "spreading a few labels over many rows",
    "noticing rows that are close to no group",
]

# %% wrong: segment
# Misconception: Thinks that a pixel is repainted channel by channel, each value by the nearest one among the centres,
# so that mixed colours come up which no centre has.
def segment(image, centres):
    image, centres = np.asarray(image), np.asarray(centres)
    nearest = np.abs(image[:, :, None, :] - centres).argmin(axis=2)
    return np.take_along_axis(centres, nearest.reshape(-1, image.shape[-1]), axis=0).reshape(image.shape)

# %% wrong: P_08_2_CHOICE
# Misconception: Thinks that whatever has to do with labels is supervised, so clustering can't help to spread them.
P_08_2_CHOICE = [
    "finding kinds of customers in what they buy",
    "noticing rows that are close to no group",
    "reducing columns to distances from groups",
]
