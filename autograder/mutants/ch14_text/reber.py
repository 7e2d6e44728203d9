"""Chapter 14, strings of an embedded grammar (p.14.7): wrong answers, and right ones."""

import random
from itertools import pairwise

import numpy as np
import torch
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from autograder.testing import alternative, mutant, naive
from solutions.ch14_text.reber import (
    StringNet,
    accepts,
    embedded,
    encode_strings,
    fit_strings,
    reber_examples,
    walks,
)

# ---------------------------------------------------------------- grammars, wrong


@mutant("p.14.7", replaces="walks", fails="test_arrows_are_equally_likely")
def prefers_the_first(grammar, n, seed=42):
    """You take the first arrow of a state more often than the others."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(n):
        state, string = 0, ""
        while arrows := grammar.get(state):
            symbol, state = arrows[min(rng.integers(len(arrows)), rng.integers(len(arrows)))]
            string += symbol
        found.append(string)
    return found


@mutant("p.14.7", replaces="walks", fails="test_walks_are_strings_of_the_grammar")
def one_symbol_short(grammar, n, seed=42):
    """Your walks stop before the last arrow, so that its symbol is missing."""
    return [string[:-1] for string in walks(grammar, n, seed)]


@mutant("p.14.7", replaces="walks", fails="test_walks_are_strings_of_the_grammar")
def always_the_same(grammar, n, seed=42):
    """You don't use the seed that you are given."""
    return walks(grammar, n, 42)


def _read(grammar, string):
    state = 0
    for symbol in string:
        following = dict(grammar.get(state, ()))
        if symbol not in following:
            return None
        state = following[symbol]
    return state


@mutant("p.14.7", replaces="accepts", fails="test_strings_are_accepted_or_not")
def beginnings_too(grammar, string):
    """You accept a string that stops halfway: the walk has to be at an end when it is over."""
    return _read(grammar, string) is not None


@mutant("p.14.7", replaces="accepts", fails="test_strings_are_accepted_or_not")
def ends_are_no_keys(grammar, string):
    """You take a state for an end only where it is no key: one whose list of arrows is empty is an end, too."""
    return _read(grammar, string) not in (None, *grammar)


@mutant("p.14.7", replaces="accepts", fails="test_strings_are_accepted_or_not")
def pairs_of_neighbours(grammar, string):
    """You ask whether each symbol may follow the one before it somewhere in the grammar: follow one walk."""
    may = {(a, b) for arrows in grammar.values() for a, to in arrows for b, _ in grammar.get(to, ())}
    first = {a for a, _ in grammar.get(0, ())}
    last = {a for arrows in grammar.values() for a, to in arrows if not grammar.get(to)}
    inner = all(pair in may for pair in pairwise(string))
    return bool(string) and string[0] in first and string[-1] in last and inner


@mutant("p.14.7", replaces="embedded", fails="test_outer_symbols_agree")
def one_copy_is_enough(grammar):
    """Your grammar forgets whether it has begun with T or with P: it needs the inner states twice."""
    ends = {state for arrows in grammar.values() for _, state in arrows if not grammar.get(state)}
    whole = {state + 10: [(symbol, to + 10) for symbol, to in arrows] for state, arrows in grammar.items()}
    whole |= {end + 10: [("T", 1000), ("P", 1000)] for end in ends}
    return whole | {0: [("B", 1)], 1: [("T", 10), ("P", 10)], 1000: [("E", 1001)]}


@mutant("p.14.7", replaces="embedded", fails="test_outer_symbols_agree")
def not_embedded(grammar):
    """You return the inner grammar as it is: B, T or P come before it, and T or P and E behind it."""
    return {state: list(arrows) for state, arrows in grammar.items()}


@mutant("p.14.7", replaces="embedded", fails="test_outer_symbols_agree")
def outer_pair_crossed(grammar):
    """After T in the beginning you let P come in the end: the two have to be the same."""
    whole = embedded(grammar)
    first = dict(whole[1])
    return whole | {1: [("T", first["P"]), ("P", first["T"])]}


@mutant("p.14.7", replaces="embedded", fails="test_outer_symbols_agree")
def largest_state_is_the_end(grammar):
    """You take the state with the largest number for the end: each state without arrows is one."""
    ends = {to for arrows in grammar.values() for _, to in arrows if not grammar.get(to)}
    return embedded({**grammar, **{end: [("Z", end)] for end in ends - {max(ends)}}})


@mutant("p.14.7", replaces="embedded", fails="test_outer_symbols_agree")
def two_ways_to_begin(grammar):
    """Two arrows with a B leave your first state, and who reads has to guess: no two of a state have one symbol."""
    whole = embedded(grammar)
    return {**whole, 0: [("B", 1), ("B", -1)], 1: whole[1][:1], -1: whole[1][1:]}


@mutant("p.14.7", replaces="embedded", fails="test_grammar_is_left_alone")
def grows_in_place(grammar):
    """You write your new states into the grammar that you are given: make a new one."""
    whole = embedded(grammar)
    for state in list(grammar):
        grammar[state] = [*grammar[state]]
    grammar[max(grammar) + 100] = [("E", 0)]
    return whole


# ---------------------------------------------------------------- strings, wrong


@mutant("p.14.7", replaces="reber_examples", fails="test_wrong_strings_are_nearly_right")
def random_letters(grammar, n, seed=42):
    """Your wrong strings are letters at random, which anybody can tell: change one symbol of a right one."""
    rng = np.random.default_rng(seed)
    strings = walks(embedded(grammar), n, seed)
    for i in range(n // 2, n):
        strings[i] = "".join(rng.choice(list("BTPE"), len(strings[i])))
        while accepts(embedded(grammar), strings[i]):
            strings[i] += "B"
    order = rng.permutation(n)
    return [strings[i] for i in order], (order < n // 2).astype(int)


@mutant("p.14.7", replaces="reber_examples", fails="test_labels_say_what_is_valid")
def replaced_without_a_look(grammar, n, seed=42):
    """A replaced symbol may give a valid string again, and some symbol may be replaced by itself: ask `accepts`."""
    rng = np.random.default_rng(seed)
    whole = embedded(grammar)
    symbols = sorted({symbol for arrows in whole.values() for symbol, _ in arrows})
    strings = walks(whole, n, seed)
    for i in range(n // 2, n):
        place = int(rng.integers(len(strings[i])))
        strings[i] = strings[i][:place] + str(rng.choice(symbols)) + strings[i][place + 1 :]
    order = rng.permutation(n)
    return [strings[i] for i in order], (order < n // 2).astype(int)


@mutant("p.14.7", replaces="reber_examples", fails="test_labels_say_what_is_valid")
def sorted_by_label(grammar, n, seed=42):
    """All valid strings come first: mix them."""
    strings, labels = reber_examples(grammar, n, seed)
    order = np.argsort(-labels, kind="stable")
    return [strings[i] for i in order], labels[order]


@mutant("p.14.7", replaces="reber_examples", fails="test_wrong_strings_are_nearly_right")
def outer_pair_only(grammar, n, seed=42):
    """All your wrong strings are wrong in the last symbol but one: half of them should be wrong elsewhere, too."""
    rng = np.random.default_rng(seed)
    strings = walks(embedded(grammar), n, seed)
    for i in range(n // 2, n):
        strings[i] = strings[i][:-2] + {"T": "P", "P": "T"}[strings[i][-2]] + "E"
    order = rng.permutation(n)
    return [strings[i] for i in order], (order < n // 2).astype(int)


@mutant("p.14.7", replaces="reber_examples", fails="test_wrong_strings_are_nearly_right")
def inside_only(grammar, n, seed=42):
    """You never replace the first symbol or the last: any place may be hit."""
    strings, labels = reber_examples(grammar, 3 * n, seed)
    kept = [i for i, string in enumerate(strings) if string[0] + string[-1] == "BE"]
    rows = sorted(i for label in (0, 1) for i in [i for i in kept if labels[i] == label][: n // 2])
    return [strings[i] for i in rows], labels[rows]


@mutant("p.14.7", replaces="reber_examples", fails="test_seed_decides_the_strings")
def same_strings_each_time(grammar, n, seed=42):
    """You don't use the seed that you are given."""
    return reber_examples(grammar, n, 42)


@mutant("p.14.7", replaces="encode_strings", fails="test_strings_as_numbers")
def a_is_zero(strings):
    """A is 0 with you, and so is the padding: letters have the numbers 1 to 26."""
    codes, lengths = encode_strings(strings)
    return (codes - 1).clamp(min=0), lengths


# ---------------------------------------------------------------- networks, wrong


class _LastState(nn.Module):
    def __init__(self, n_hidden=32):
        super().__init__()
        self.embedding = nn.Embedding(27, 16)
        self.rnn = nn.GRU(16, n_hidden, batch_first=True)
        self.out = nn.Linear(n_hidden, 1)


@mutant("p.14.7", replaces="StringNet", fails="test_padding_says_nothing")
class AfterThePadding(_LastState):
    """Your net takes the state after the last column, which is padding for short strings: take the one after the last
    symbol, or pack."""

    def forward(self, codes, lengths):
        return self.out(self.rnn(self.embedding(codes))[0][:, -1])[:, 0]


@mutant("p.14.7", replaces="StringNet", fails="test_padding_says_nothing")
class BagOfSymbols(_LastState):
    """Your net sees a heap of symbols, without their order."""

    def forward(self, codes, lengths):
        total = (self.embedding(codes) * (codes > 0)[..., None]).sum(dim=1)  # (B, 16)
        return self.out(self.rnn(total[:, None])[0][:, -1])[:, 0]


@mutant("p.14.7", replaces="StringNet", fails="test_all_of_the_string_net_can_learn")
class StringLayersInAList(nn.Module):
    """Your layers are in a plain list, where the optimiser does not find them: use `nn.ModuleList`."""

    def __init__(self, n_hidden=32):
        super().__init__()
        self.embedding = nn.Embedding(27, n_hidden)
        self.layers = [nn.GRU(n_hidden, n_hidden, batch_first=True) for _ in range(2)]
        self.out = nn.Linear(n_hidden, 1)

    def forward(self, codes, lengths):
        X = self.embedding(codes)
        for layer in self.layers:
            X = layer(X)[0]
        return self.out(X[torch.arange(len(X)), lengths - 1])[:, 0]


@mutant("p.14.7", replaces="valid_probability", fails="test_a_string_alone_is_judged_as_among_others")
def logits_for_probabilities(model, strings):
    """A logit is no probability: a sigmoid makes one of it."""
    with torch.no_grad():
        return model(*encode_strings(strings)).clamp(0, 1).numpy()


# ---------------------------------------------------------------- training, wrong


class _ByNeighbours(nn.Module):
    """A logistic regression on the neighbours in a string."""

    def __init__(self, strings, labels):
        super().__init__()
        self.counter = CountVectorizer(analyzer="char", ngram_range=(1, 2), lowercase=False).fit(strings)
        self.model = LogisticRegression(max_iter=500).fit(self.counter.transform(strings), labels)
        self.bias = nn.Parameter(torch.tensor(float(self.model.intercept_[0])))

    def forward(self, codes, lengths):
        strings = ["".join(chr(64 + int(code)) for code in row if code > 0) for row in codes]
        return torch.tensor(self.model.decision_function(self.counter.transform(strings)), dtype=torch.float32)


@naive("p.14.7", replaces="fit_strings", fails="test_trained_net_knows_a_grammar")
def counts_neighbours(strings, labels, n_hidden=32, n_steps=1000, seed=42):
    """You look at neighbouring symbols only: what the string has begun with has to be remembered to its end."""
    return _ByNeighbours(strings, labels)


@naive("p.14.7", replaces="fit_strings", fails="test_trained_net_knows_a_grammar")
def default_learning_rate(strings, labels, n_hidden=32, n_steps=1000, seed=42):
    """With a learning rate of 0.001, so few steps don't get far: try a larger one."""
    return _trained(StringNet, strings, labels, n_hidden, n_steps, seed, lr=0.001)


def _trained(make, strings, labels, n_hidden, n_steps, seed, lr=0.01, batch=64):
    torch.manual_seed(seed)
    codes, lengths = encode_strings(strings)
    y = torch.as_tensor(np.asarray(labels), dtype=torch.float32)
    net = make(n_hidden)
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    for step in range(n_steps):
        if step == 3 * n_steps // 4:
            optimizer.param_groups[0]["lr"] = lr / 5
        rows = torch.randint(len(codes), (batch,))
        loss = binary_cross_entropy_with_logits(net(codes[rows], lengths[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
    return net


@mutant("p.14.7", replaces="fit_strings", fails="test_seed_decides_the_string_net")
def one_net_for_all_seeds(strings, labels, n_hidden=32, n_steps=1000, seed=42):
    """You don't use the seed that you are given: call `torch.manual_seed(seed)` before you make the net."""
    return fit_strings(strings, labels, n_hidden, n_steps, 42)


# ---------------------------------------------------------------- right


@alternative("p.14.7", replaces="walks")
def one_generator_of_python_s(grammar, n, seed=42):
    """By recursion, with Python's random numbers."""
    draws = random.Random(seed)

    def onwards(state):
        if not grammar.get(state):
            return ""
        symbol, to = draws.choice(list(grammar[state]))
        return symbol + onwards(to)

    return [onwards(0) for _ in range(n)]


@alternative("p.14.7", replaces="accepts")
def by_recursion(grammar, string):
    """One arrow at a time."""

    def read(state, rest):
        if not rest:
            return not grammar.get(state)
        return any(read(to, rest[1:]) for symbol, to in grammar.get(state, ()) if symbol == rest[0])

    return read(0, string)


@alternative("p.14.7", replaces="embedded")
def with_negative_states(grammar):
    """The copy after P has negative states."""
    ends = {to for arrows in grammar.values() for _, to in arrows if not grammar.get(to)}
    whole = {0: [("B", 1)], 1: [("T", 10), ("P", -10)], 2: [("E", 3)]}
    for sign, symbol in ((1, "T"), (-1, "P")):
        for state, arrows in grammar.items():
            if arrows:
                whole[sign * (10 + state)] = tuple((letter, sign * (10 + to)) for letter, to in arrows)
        for end in ends:
            whole[sign * (10 + end)] = [(symbol, 2)]
    return whole


class _Lstm(nn.Module):
    def __init__(self, n_hidden=32):
        super().__init__()
        self.rnn = nn.LSTM(27, n_hidden, batch_first=True)
        self.out = nn.Linear(n_hidden, 1)

    def forward(self, codes, lengths):
        states, _ = self.rnn(nn.functional.one_hot(codes, 27).float())
        return self.out(states[torch.arange(len(codes)), lengths - 1])[:, 0]


class _BothWays(nn.Module):
    """Largest state of a GRU in both directions, padding left out."""

    def __init__(self, n_hidden=32):
        super().__init__()
        self.embedding = nn.Embedding(27, n_hidden)
        self.rnn = nn.GRU(n_hidden, n_hidden, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * n_hidden, 1)

    def forward(self, codes, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embedding(codes), lengths, batch_first=True, enforce_sorted=False
        )
        states, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
        real = (torch.arange(states.shape[1]) < lengths[:, None])[..., None]
        return self.out(states.masked_fill(~real, -torch.inf).amax(dim=1))[:, 0]


@alternative("p.14.7", replaces="StringNet")
class OneHot(_Lstm):
    """An LSTM on one-hot symbols, without packing."""


@alternative("p.14.7", replaces="StringNet")
class Largest(_BothWays):
    """The largest state in both directions."""


@alternative("p.14.7", replaces="fit_strings")
def in_both_directions(strings, labels, n_hidden=32, n_steps=1000, seed=42):
    """The net in both directions, with two learning rates."""
    return _trained(_BothWays, strings, labels, n_hidden, n_steps, seed)
