# %% right
# Intent: torch's pad_sequence pads the sequences and, in the same way, rows of True for the mask; the loss is the mean of the selected steps.
import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence


def pad_batch(sequences, fill=0.0):
    sequences = [torch.from_numpy(np.array(s, dtype=np.float64)) for s in sequences]
    X = pad_sequence(sequences, batch_first=True, padding_value=float(fill))
    mask = pad_sequence([torch.ones(len(s), dtype=torch.bool) for s in sequences], batch_first=True)
    return X.numpy(), mask.numpy()


def masked_mean(losses, mask):
    return float(np.asarray(losses, dtype=np.float64)[np.asarray(mask, dtype=bool)].mean())


# %% wrong: pad_batch
# Misconception: one can see from the values what is padding: a step is real if it is not equal to fill.
def pad_batch(sequences, fill=0.0):
    sequences = [torch.from_numpy(np.array(s, dtype=np.float64)) for s in sequences]
    X = pad_sequence(sequences, batch_first=True, padding_value=float(fill)).numpy()
    return X, (X != fill).any(axis=-1)


# %% wrong: masked_mean
# Misconception: once the losses of the padding are set to zero, the ordinary mean of the whole array is the right one.
def masked_mean(losses, mask):
    return float(np.where(np.asarray(mask, dtype=bool), np.asarray(losses, dtype=np.float64), 0.0).mean())
