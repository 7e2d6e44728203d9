# %% right
# Intent: scipy.ndimage for the words (smoothed power against that of the quietest second; closing for dips, opening
# for clicks), a mel filter bank on an rfft, and an LSTM that reads words brought to the same loudness.
import numpy as np
import torch
from numpy.lib.stride_tricks import sliding_window_view
from scipy import ndimage
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence


def to_mono(wave):
    return np.mean(np.atleast_2d(wave), axis=0, dtype=float)


def _loudness(wave, rate):
    wave = np.asarray(wave, dtype=float)
    power = ndimage.uniform_filter1d((wave - np.median(wave)) ** 2, max(1, round(0.01 * rate)))
    return np.sqrt(np.maximum(power, 0))


def split_on_silence(wave, rate):
    loud = _loudness(wave, rate)
    quiet = np.sort(loud)[min(round(0.8 * rate), len(loud) - 1)]  # of the quietest second
    mask = (loud > max(5 * quiet, 1e-4 * loud.max())).astype(np.int8)
    mask = ndimage.grey_closing(mask, round(0.07 * rate))
    mask = ndimage.grey_opening(mask, round(0.09 * rate))
    steps = np.diff(mask, prepend=0, append=0)
    return list(zip(np.flatnonzero(steps == 1).tolist(), np.flatnonzero(steps == -1).tolist()))


def _mel_filters(rate, n_fft, n_mels):
    mels = np.linspace(0, 2595 * np.log10(1 + rate / 2 / 700), n_mels + 2)
    edges = 700 * (10 ** (mels / 2595) - 1)
    bins = np.fft.rfftfreq(n_fft, 1 / rate)
    return np.array([np.interp(bins, edges[i : i + 3], [0, 1, 0]) for i in range(n_mels)])


def log_mel(wave, rate, n_mels=24):
    size, hop = round(0.032 * rate), round(0.010 * rate)
    frames = sliding_window_view(np.asarray(wave, dtype=float), size)[::hop]
    power = np.abs(np.fft.rfft(frames * np.hanning(size), n=4 * size)) ** 2
    return np.log(_mel_filters(rate, 4 * size, n_mels) @ power.T + 1e-10)


def _pictures(words, rate):
    words = [np.asarray(word, dtype=float) for word in words]
    words = [word / max(word.std(), 1e-12) for word in words]  # loud or quiet: the same
    return [torch.tensor(log_mel(word, rate).T, dtype=torch.float32).clamp(min=-6) for word in words]


class _WordNetwork(nn.Module):
    def __init__(self, mean, std, hidden=32):
        super().__init__()
        self.mean, self.std = mean, std
        self.lstm = nn.LSTM(len(mean), hidden, batch_first=True)
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(2 * hidden, 1))

    def forward(self, pictures):
        lengths = torch.tensor([len(p) for p in pictures])
        X = pad_sequence([(p - self.mean) / self.std for p in pictures], batch_first=True)
        outputs = self.lstm(X)[0]  # forwards only: no frame is touched by the padding behind it
        there = (torch.arange(X.shape[1]) < lengths[:, None])[..., None]
        outputs = outputs.masked_fill(~there, 0.0)
        mean = outputs.sum(dim=1) / lengths[:, None]
        top = outputs.masked_fill(~there, -torch.inf).amax(dim=1)
        return self.head(torch.cat([mean, top], dim=1))[:, 0]


def fit_words(words, labels, rate, seed=0):
    pictures, y = _pictures(words, rate), torch.tensor(np.asarray(labels), dtype=torch.float32)
    frames = torch.cat(pictures)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = _WordNetwork(frames.mean(dim=0), frames.std(dim=0) + 1e-3)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=1e-2)
        n_epochs = 25
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, n_epochs)
        for _ in range(n_epochs):
            for rows in torch.randperm(len(y)).split(16):
                optimizer.zero_grad()
                # a voice may be higher or lower: move each picture by up to a band
                batch = [pictures[i].roll(int(torch.randint(-1, 2, ())), dims=1) for i in rows]
                F.binary_cross_entropy_with_logits(model(batch), y[rows]).backward()
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
            schedule.step()
    return model.eval()


def name_words(model, words, rate):
    if not len(words):
        return np.empty(0, dtype=np.int64)
    with torch.no_grad():
        return (model(_pictures(words, rate)) > 0).long().numpy()


# %% wrong: name_words
# Misconception: Thinks that new data have to be standardised by their own mean and deviation, as the old were by
# theirs, so that what a word is called depends on the words that it is asked with.
def name_words(model, words, rate):
    if not len(words):
        return np.empty(0, dtype=np.int64)
    pictures = _pictures(words, rate)
    frames = torch.cat(pictures)
    scaled = [(p - frames.mean(dim=0)) / (frames.std(dim=0) + 1e-3) for p in pictures]
    with torch.no_grad():
        return (model([p * model.std + model.mean for p in scaled]) > 0).long().numpy()


# %% wrong: split_on_silence
# Misconception: Thinks that silence is what is quieter than a hundredth of full scale, however loud the recording is
# and whatever numbers the wave is made of.
def split_on_silence(wave, rate):
    mask = (_loudness(wave, rate) > 0.01).astype(np.int8)
    mask = ndimage.grey_closing(mask, round(0.07 * rate))
    mask = ndimage.grey_opening(mask, round(0.09 * rate))
    steps = np.diff(mask, prepend=0, append=0)
    return list(zip(np.flatnonzero(steps == 1).tolist(), np.flatnonzero(steps == -1).tolist()))
