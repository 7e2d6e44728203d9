# %% right
# Intent: the mask by broadcasting lengths against steps; all steps at once go to the places where the mask is True. The mean is
# taken of the selected losses only, so NaN in the padding never takes part.
import numpy as np
import torch


def pad_batch(sequences, fill=0.0):
    arrays = [np.asarray(sequence, dtype=np.float64) for sequence in sequences]
    lengths = np.array([len(array) for array in arrays])
    mask = np.arange(lengths.max())[None, :] < lengths[:, None]
    X = np.full((*mask.shape, arrays[0].shape[1]), fill, dtype=np.float64)
    X[mask] = np.concatenate(arrays)
    return X, mask


def masked_mean(losses, mask):
    losses = torch.as_tensor(np.asarray(losses, dtype=np.float64))
    mask = torch.as_tensor(np.asarray(mask, dtype=bool))
    return torch.masked_select(losses, mask).mean().item()


# %% wrong: masked_mean
# Misconception: first the mean loss of each sequence, then the mean of these: every sequence should count the same.
def masked_mean(losses, mask):
    losses, mask = np.asarray(losses, dtype=np.float64), np.asarray(mask, dtype=bool)
    kept = np.where(mask, losses, 0.0)
    steps = mask.sum(axis=1)
    return float((kept.sum(axis=1)[steps > 0] / steps[steps > 0]).mean())


# %% wrong: pad_batch
# Misconception: the mask can be read off the padded array: what equals the filler is padding (as with token 0 for PAD).
def pad_batch(sequences, fill=0.0):
    arrays = [np.asarray(sequence, dtype=np.float64) for sequence in sequences]
    longest = max(len(array) for array in arrays)
    X = np.stack(
        [np.pad(array, ((0, longest - len(array)), (0, 0)), constant_values=fill) for array in arrays]
    )
    return X, (X != fill).all(axis=-1)
