# %% right
# Intent: Frames are videos with the first two axes flattened, features are unflattened again, logits have no time.
def video_shapes(n_videos, seconds, per_second, size, n_features, n_classes):
    n_steps = seconds * per_second
    frame = (3, *size)
    return {
        "videos": (n_videos, n_steps, *frame),
        "frames": (n_videos * n_steps, *frame),
        "features": (n_videos, n_steps, n_features),
        "logits": (n_videos, n_classes),
    }


# %% wrong: video_shapes
# Misconception: Thinks that what comes out of the convolutional network can go into the recurrent layer as it is, and
# forgets that the frames have to be sorted back into videos and times.
def video_shapes(n_videos, seconds, per_second, size, n_features, n_classes):
    n_steps = seconds * per_second
    frame = (3, *size)
    return {
        "videos": (n_videos, n_steps, *frame),
        "frames": (n_videos * n_steps, *frame),
        "features": (n_videos * n_steps, n_features),
        "logits": (n_videos, n_classes),
    }


# %% wrong: video_shapes
# Misconception: Thinks that a recurrent layer followed by a dense one answers at each step, so that there are logits
# for every frame.
def video_shapes(n_videos, seconds, per_second, size, n_features, n_classes):
    n_steps = seconds * per_second
    frame = (3, *size)
    return {
        "videos": (n_videos, n_steps, *frame),
        "frames": (n_videos * n_steps, *frame),
        "features": (n_videos, n_steps, n_features),
        "logits": (n_videos, n_steps, n_classes),
    }
