# %% right
# Intent: Count the frames of one video, then write the four shapes down; the convolutional network sees one batch of
# all frames, the recurrent layer sees them sorted by video again.
def video_shapes(
    n_videos: int, seconds: int, per_second: int, size: tuple[int, int], n_features: int, n_classes: int
) -> dict[str, tuple[int, ...]]:
    height, width = size
    n_channels = 3  # colour
    n_frames = seconds * per_second
    return {
        "videos": (n_videos, n_frames, n_channels, height, width),
        "frames": (n_videos * n_frames, n_channels, height, width),
        "features": (n_videos, n_frames, n_features),
        "logits": (n_videos, n_classes),
    }

# %% wrong: video_shapes
# Misconception: Thinks that what comes out of the convolutional network can go into the recurrent layer as it is, and
# does not see that the videos must be told apart again first.
def video_shapes(
    n_videos: int, seconds: int, per_second: int, size: tuple[int, int], n_features: int, n_classes: int
) -> dict[str, tuple[int, ...]]:
    height, width = size
    n_frames = seconds * per_second
    return {
        "videos": (n_videos, n_frames, 3, height, width),
        "frames": (n_videos * n_frames, 3, height, width),
        "features": (n_videos * n_frames, n_features),
        "logits": (n_videos, n_classes),
    }

# %% wrong: video_shapes
# Misconception: Thinks that the dense layer on a recurrent layer always answers at every step, also where one answer
# for the whole video is wanted.
def video_shapes(
    n_videos: int, seconds: int, per_second: int, size: tuple[int, int], n_features: int, n_classes: int
) -> dict[str, tuple[int, ...]]:
    height, width = size
    n_frames = seconds * per_second
    return {
        "videos": (n_videos, n_frames, 3, height, width),
        "frames": (n_videos * n_frames, 3, height, width),
        "features": (n_videos, n_frames, n_features),
        "logits": (n_videos, n_frames, n_classes),
    }
