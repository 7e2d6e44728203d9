# %% right
# Intent: grammars as dictionaries, two copies of the inner one for the memory; a bidirectional GRU on packed sequences, whose two last states go into a small head; OneCycleLR.
import string as _string

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence


def _walk(grammar, rng):
    state, symbols = 0, []
    while grammar.get(state):
        arrows = grammar[state]
        symbol, state = arrows[rng.integers(len(arrows))]
        symbols.append(symbol)
    return "".join(symbols)


def walks(grammar, n, seed=42):
    rng = np.random.default_rng(seed)
    return [_walk(grammar, rng) for _ in range(n)]


def accepts(grammar, string):
    state = 0
    for symbol in string:
        arrows = dict(grammar.get(state, ()))
        if symbol not in arrows:
            return False
        state = arrows[symbol]
    return not grammar.get(state)


def embedded(grammar):
    states = sorted({0, *grammar, *(to for arrows in grammar.values() for _, to in arrows)})
    whole = {0: [("B", 1)], 1: [], 2: [("E", 3)]}
    for k, letter in enumerate("TP"):
        number = {state: 4 + k * len(states) + i for i, state in enumerate(states)}
        whole[1].append((letter, number[0]))
        for state in states:
            arrows = [(symbol, number[to]) for symbol, to in grammar.get(state, ())]
            # the end of the inner grammar: the same letter as in the beginning; both copies share the way out
            whole[number[state]] = arrows or [(letter, 2)]
    return whole


def reber_examples(grammar, n, seed=42):
    rng = np.random.default_rng(seed)
    whole = embedded(grammar)
    alphabet = sorted({symbol for arrows in whole.values() for symbol, _ in arrows})
    right = [_walk(whole, rng) for _ in range(n // 2)]
    wrong = []
    for i in range(n - n // 2):
        string = _walk(whole, rng)
        if i % 2 == 0:
            wrong.append(string[:-2] + ("P" if string[-2] == "T" else "T") + string[-1])
            continue
        spoilt = string
        while accepts(whole, spoilt):
            at = rng.integers(len(string))
            spoilt = string[:at] + str(rng.choice([a for a in alphabet if a != string[at]])) + string[at + 1 :]
        wrong.append(spoilt)
    strings, labels = right + wrong, np.repeat(np.array([1, 0], dtype=np.int64), [len(right), len(wrong)])
    order = rng.permutation(n)
    return [strings[i] for i in order], labels[order]


def encode_strings(strings):
    rows = [torch.tensor([_string.ascii_uppercase.index(a) + 1 for a in s]) for s in strings]
    return pad_sequence(rows, batch_first=True), torch.tensor([len(s) for s in strings])


class StringNet(nn.Module):
    def __init__(self, n_hidden=32):
        super().__init__()
        self.embedding = nn.Embedding(27, n_hidden, padding_idx=0)
        self.gru = nn.GRU(n_hidden, n_hidden, batch_first=True, bidirectional=True)
        self.head = nn.Sequential(nn.Linear(2 * n_hidden, n_hidden), nn.ReLU(), nn.Linear(n_hidden, 1))

    def forward(self, codes, lengths):
        packed = pack_padded_sequence(self.embedding(codes), lengths.cpu(), batch_first=True, enforce_sorted=False)
        return self.head(torch.cat(tuple(self.gru(packed)[1]), dim=1)).squeeze(1)


def fit_strings(strings, labels, n_hidden=32, n_steps=1000, seed=42):
    torch.manual_seed(seed)
    net = StringNet(n_hidden)
    codes, lengths = encode_strings(strings)
    y = torch.as_tensor(np.asarray(labels), dtype=torch.float32)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.015)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.015, total_steps=n_steps + 1)
    for _ in range(n_steps):
        rows = torch.randint(len(y), (64,))
        optimizer.zero_grad()
        F.binary_cross_entropy_with_logits(net(codes[rows], lengths[rows]), y[rows]).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return net.eval()


@torch.no_grad()
def valid_probability(model, strings):
    model.eval()
    return model(*encode_strings(strings)).sigmoid().numpy()


# %% wrong: embedded
# Misconception: one copy of the inner grammar is enough, with T and P in front of it and T and P behind it.
def embedded(grammar):
    states = sorted({0, *grammar, *(to for arrows in grammar.values() for _, to in arrows)})
    number = {state: 4 + i for i, state in enumerate(states)}
    whole = {0: [("B", 1)], 1: [("T", number[0]), ("P", number[0])], 2: [("E", 3)]}
    for state in states:
        arrows = [(symbol, number[to]) for symbol, to in grammar.get(state, ())]
        whole[number[state]] = arrows or [("T", 2), ("P", 2)]
    return whole


# %% wrong: reber_examples
# Misconception: a string in which a symbol was replaced by another one is wrong in any case, so nobody needs to check it.
def reber_examples(grammar, n, seed=42):
    rng = np.random.default_rng(seed)
    whole = embedded(grammar)
    alphabet = sorted({symbol for arrows in whole.values() for symbol, _ in arrows})
    strings = [_walk(whole, rng) for _ in range(n)]
    for i in range(n // 2, n):
        s = strings[i]
        if i % 2 == 0:
            strings[i] = s[:-2] + ("P" if s[-2] == "T" else "T") + s[-1]
        else:
            at = rng.integers(len(s))
            strings[i] = s[:at] + str(rng.choice([a for a in alphabet if a != s[at]])) + s[at + 1 :]
    labels = (np.arange(n) < n // 2).astype(np.int64)
    order = rng.permutation(n)
    return [strings[i] for i in order], labels[order]
