# %% right
# Intent: Tensors on the meta device, which have a shape but no data, are sent through the network's reshapes.
import torch


def video_shapes(n_videos, seconds, per_second, size, n_features, n_classes):
    videos = torch.empty(n_videos, seconds * per_second, 3, *size, device="meta")
    frames = videos.flatten(0, 1)
    features = frames.new_empty(len(frames), n_features).unflatten(0, videos.shape[:2])
    logits = features.new_empty(n_videos, n_classes)
    stations = {"videos": videos, "frames": frames, "features": features, "logits": logits}
    return {place: tuple(map(int, data.shape)) for place, data in stations.items()}


# %% wrong: video_shapes
# Misconception: Thinks that the dense layer answers for each frame, as the recurrent layer has an output at every step.
def video_shapes(n_videos, seconds, per_second, size, n_features, n_classes):
    n_frames = seconds * per_second
    return {
        "videos": (n_videos, n_frames, 3, *size),
        "frames": (n_videos * n_frames, 3, *size),
        "features": (n_videos, n_frames, n_features),
        "logits": (n_videos, n_frames, n_classes),
    }


# %% wrong: video_shapes
# Misconception: Thinks that what comes out of the convolutional network goes into the recurrent layer as it is: one
# row of features for each frame, without undoing the flattening of videos and time.
def video_shapes(n_videos, seconds, per_second, size, n_features, n_classes):
    n_frames = seconds * per_second
    return {
        "videos": (n_videos, n_frames, 3, *size),
        "frames": (n_videos * n_frames, 3, *size),
        "features": (n_videos * n_frames, n_features),
        "logits": (n_videos, n_classes),
    }
