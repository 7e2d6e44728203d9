# %% right
# Intent: accepts is a fold over the string; the embedded grammar has one copy of the inner one for T and one for P; the net is a
# packed GRU whose last states are read by a linear layer, trained with a learning rate that rises and falls.
from functools import reduce

import numpy as np
import torch
from torch import nn


def walks(grammar, n, seed=42):
    rng = np.random.default_rng(seed)

    def one():
        state, symbols = 0, []
        while arrows := grammar.get(state, ()):
            symbol, state = arrows[rng.integers(len(arrows))]
            symbols.append(symbol)
        return "".join(symbols)

    return [one() for _ in range(n)]


def accepts(grammar, string):
    def follow(state, symbol):
        return None if state is None else dict(grammar.get(state, ())).get(symbol)

    last = reduce(follow, string, 0)
    return last is not None and not grammar.get(last, ())


def embedded(grammar):
    inner = sorted({0} | set(grammar) | {target for arrows in grammar.values() for _, target in arrows})
    copies = {key: number for number, key in enumerate(((outer, s) for outer in "TP" for s in inner), start=2)}
    before_e, end = len(copies) + 2, len(copies) + 3
    whole = {0: [("B", 1)], 1: [("T", copies["T", 0]), ("P", copies["P", 0])], before_e: [("E", end)]}
    for (outer, state), number in copies.items():
        arrows = grammar.get(state, ())
        whole[number] = [(symbol, copies[outer, target]) for symbol, target in arrows] or [(outer, before_e)]
    return whole


def reber_examples(grammar, n, seed=42):
    rng = np.random.default_rng(seed)
    whole = embedded(grammar)
    symbols = sorted({symbol for arrows in whole.values() for symbol, _ in arrows})
    good, bad_outer, bad_any = n // 2, n // 4, n // 2 - n // 4
    found = walks(whole, good + bad_outer + bad_any, seed=int(rng.integers(2**31)))

    def swap_outer(string):
        return string[:-2] + {"T": "P", "P": "T"}[string[-2]] + string[-1]

    def spoil(string):
        while True:
            place = int(rng.integers(len(string)))
            others = [symbol for symbol in symbols if symbol != string[place]]
            changed = string[:place] + others[rng.integers(len(others))] + string[place + 1 :]
            if not accepts(whole, changed):
                return changed

    strings = [
        *found[:good],
        *map(swap_outer, found[good : good + bad_outer]),
        *map(spoil, found[good + bad_outer :]),
    ]
    labels = (np.arange(n) < good).astype(np.int64)
    order = rng.permutation(n)
    return [strings[i] for i in order], labels[order]


def encode_strings(strings):
    rows = [torch.tensor([ord(letter) - ord("A") + 1 for letter in string]) for string in strings]
    lengths = torch.tensor([len(row) for row in rows], dtype=torch.int64)
    return nn.utils.rnn.pad_sequence(rows, batch_first=True), lengths


class StringNet(nn.Module):
    def __init__(self, n_hidden=32):
        super().__init__()
        self.embedding = nn.Embedding(27, n_hidden)
        self.rnn = nn.GRU(n_hidden, n_hidden, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * n_hidden, 1)

    def forward(self, codes, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embedding(codes), lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        _, last = self.rnn(packed)
        return self.head(torch.cat([last[0], last[1]], dim=-1)).squeeze(-1)


def fit_strings(strings, labels, n_hidden=32, n_steps=1000, seed=42):
    codes, lengths = encode_strings(strings)
    target = torch.as_tensor(np.asarray(labels), dtype=torch.float32)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = StringNet(n_hidden)
        optimizer = torch.optim.Adam(net.parameters(), lr=0.015)
        warm = max(1, n_steps // 10)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step: min((step + 1) / warm, max(n_steps - step, 1) / max(n_steps - warm, 1))
        )
        order = torch.randperm(len(codes))
        for _ in range(n_steps):
            if len(order) < min(64, len(codes)):
                order = torch.cat([order, torch.randperm(len(codes))])
            rows, order = order[:64], order[64:]
            loss = nn.functional.binary_cross_entropy_with_logits(
                net(codes[rows][:, : lengths[rows].max()], lengths[rows]), target[rows]
            )
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return net.eval()


@torch.no_grad()
def valid_probability(model, strings):
    model.eval()
    return model(*encode_strings(strings)).sigmoid().float().numpy()


# %% wrong: StringNet
# Misconception: the embedding of padding is zero (padding_idx), so the output at the last column is the state after the string.
class StringNet(nn.Module):
    def __init__(self, n_hidden=32):
        super().__init__()
        self.embedding = nn.Embedding(27, n_hidden, padding_idx=0)
        self.rnn = nn.GRU(n_hidden, n_hidden, batch_first=True)
        self.head = nn.Linear(n_hidden, 1)

    def forward(self, codes, lengths):
        outputs, _ = self.rnn(self.embedding(codes))
        return self.head(outputs[:, -1]).squeeze(-1)


# %% wrong: embedded
# Misconception: the inner grammar is there once, between two states that each have an arrow T and an arrow P; a map of states can
# do that, since the walk has already chosen.
def embedded(grammar):
    inner = sorted({0} | set(grammar) | {target for arrows in grammar.values() for _, target in arrows})
    copy = {state: number for number, state in enumerate(inner, start=2)}
    before_e, end = len(copy) + 2, len(copy) + 3
    whole = {0: [("B", 1)], 1: [("T", copy[0]), ("P", copy[0])], before_e: [("E", end)]}
    for state, number in copy.items():
        arrows = grammar.get(state, ())
        whole[number] = [(s, copy[target]) for s, target in arrows] or [("T", before_e), ("P", before_e)]
    return whole
