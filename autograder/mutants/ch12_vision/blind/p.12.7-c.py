# %% right
# Intent: one-hot maps of the labels, padded with nothing, folded into squares by reshaping; the largest count of each is right.
import numpy as np
import torch
from torch.nn.functional import one_hot, pad


def detail_lost(labels, stride):
    labels = np.asarray(labels)
    number = np.unique(labels, return_inverse=True)[1].reshape(labels.shape)
    height, width = labels.shape
    hot = pad(one_hot(torch.as_tensor(number)), (0, 0, 0, -width % stride, 0, -height % stride))
    hot = hot.unflatten(1, (-1, stride)).unflatten(0, (-1, stride))
    counts = torch.einsum("isjtk->ijk", hot)
    return (labels.size - counts.amax(dim=-1).sum().item()) / labels.size


# %% wrong: detail_lost
# Misconception: a network with strides samples: the label of a square is that of its first pixel.
def detail_lost(labels, stride):
    labels = np.asarray(labels)
    coarse = labels[::stride, ::stride]
    again = coarse.repeat(stride, axis=0).repeat(stride, axis=1)[: labels.shape[0], : labels.shape[1]]
    return float(np.mean(again != labels))


# %% wrong: detail_lost
# Misconception: only whole squares exist; what is left over at the edges is no part of the map, as in pooling.
def detail_lost(labels, stride):
    labels = np.asarray(labels)
    height, width = (side // stride * stride for side in labels.shape)
    hot = one_hot(torch.as_tensor(labels[:height, :width].astype(np.int64)))
    counts = torch.einsum("isjtk->ijk", hot.unflatten(1, (-1, stride)).unflatten(0, (-1, stride)))
    return 1 - counts.amax(dim=-1).sum().item() / max(1, height * width)
