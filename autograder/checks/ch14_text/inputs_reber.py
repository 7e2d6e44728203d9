"""Grammars that exist nowhere, and strings of them, for the checks of p.14.7."""

import numpy as np

REBER = {
    0: [("B", 1)],
    1: [("T", 2), ("P", 3)],
    2: [("S", 2), ("X", 4)],
    3: [("T", 3), ("V", 5)],
    4: [("X", 3), ("S", 6)],
    5: [("P", 4), ("V", 6)],
    6: [("E", 7)],
}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LONGEST = 20


def some_grammar(rng, n_states: int = 4) -> dict[int, list[tuple[str, int]]]:
    """Draw a grammar of five symbols: a way through, and from each state another arrow, to itself or onwards."""
    symbols = rng.choice(list(LETTERS), 5, replace=False).tolist()
    found = {}
    for state in range(n_states):
        one, other = rng.choice(symbols, 2, replace=False).tolist()
        found[state] = [(one, state + 1), (other, int(rng.choice([state, min(state + 2, n_states)])))]
    return found


def interchangeable(rng, n_states: int = 4) -> dict[int, list[tuple[str, int]]]:
    """Draw a grammar in which all arrows of a state lead to the next one: many a replaced symbol does no harm."""
    symbols = rng.choice(list(LETTERS), 5, replace=False).tolist()
    return {state: [(one, state + 1) for one in rng.permutation(symbols)[:4].tolist()] for state in range(n_states)}


def with_two_ends(rng) -> dict[int, list[tuple[str, int]]]:
    """Draw a grammar with states of any numbers and two ends: one has no arrows, the other is no key."""
    a, b, c, d, e = rng.choice(list(LETTERS), 5, replace=False).tolist()
    one, other, end, last = (int(n) for n in rng.choice(np.arange(5, 90), 4, replace=False))
    return {0: [(a, one), (b, other)], one: [(c, one), (d, end)], other: [(a, other), (e, last)], end: []}


def strings_of(rng, grammar, n: int, longest: int = LONGEST) -> list[str]:
    """Return walks that are not too long."""
    found: list[str] = []
    while len(found) < n:
        state, string = 0, ""
        while grammar.get(state) and len(string) <= longest:
            symbol, state = grammar[state][int(rng.integers(len(grammar[state])))]
            string += symbol
        if len(string) <= longest:
            found.append(string)
    return found


def inner_is_right(grammar, string: str) -> bool:
    """Return whether a grammar reads a string, by keeping the set of states where one may be."""
    states = {0}
    for letter in string:
        states = {target for state in states for symbol, target in grammar.get(state, ()) if symbol == letter}
    return any(not grammar.get(state) for state in states)


def is_right(grammar, string: str) -> bool:
    """Return whether the embedded grammar reads a string: by its ends, and by what is between them."""
    ends = len(string) >= 4 and string[0] == "B" and string[-1] == "E" and string[1] == string[-2] in "TP"
    return ends and inner_is_right(grammar, string[2:-2])


def labelled(rng, grammar, n: int, longest: int = LONGEST) -> tuple[list[str], np.ndarray]:
    """Return strings as `reber_examples` describes them, and their labels."""
    symbols = sorted({symbol for arrows in grammar.values() for symbol, _ in arrows} | set("BTPE"))
    strings, labels = [], np.arange(n) % 4 < 2
    for number, inner in enumerate(strings_of(rng, grammar, n, longest)):
        first = str(rng.choice(["T", "P"]))
        string = f"B{first}{inner}{first}E"
        if number % 4 == 2:
            string = f"B{first}{inner}{'P' if first == 'T' else 'T'}E"
        while number % 4 == 3 and is_right(grammar, string):
            place = int(rng.integers(len(string)))
            string = string[:place] + str(rng.choice(symbols)) + string[place + 1 :]
        strings.append(string)
    order = rng.permutation(n)
    return [strings[i] for i in order], labels[order].astype(int)
