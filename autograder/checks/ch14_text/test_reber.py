"""Hidden checks of chapter 14: strings of an embedded grammar (p.14.7)."""

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch14_text.inputs_reber import (
    LETTERS,
    REBER,
    inner_is_right,
    interchangeable,
    is_right,
    labelled,
    some_grammar,
    strings_of,
    with_two_ends,
)
from autograder.testing import check
from autograder.testing.modules import built, gradients_flow, ignores_padding, is_complete, outputs, repeats, weights_of

# ---------------------------------------------------------------- the grammar


@check("p.14.7", core=True, hint="Follow one arrow after the other, from state 0 on. When is a walk at its end?")
def test_walks_are_strings_of_the_grammar(student, rng):
    """All walks are strings of the grammar, of any grammar; the seed decides which."""
    for grammar in (some_grammar(rng), some_grammar(rng, 6), REBER, with_two_ends(rng)):
        seed = int(rng.integers(1000))
        found = list(student.walks(grammar, 40, seed))
        assert len(found) == 40
        assert all(isinstance(string, str) and inner_is_right(grammar, string) for string in found)
        assert list(student.walks(grammar, 40, seed)) == found
        assert list(student.walks(grammar, 40, seed + 1)) != found
    ended = {0: [("A", 1)], 1: [("Q", 2)], 2: []}
    assert list(student.walks(ended, 2)) == ["AQ", "AQ"]


@check("p.14.7", hint="From a state with three arrows: how often is each of them taken?")
def test_arrows_are_equally_likely(student, rng):
    """Each arrow that leaves a state is taken as often as the others, give or take chance."""
    letters = rng.choice(list(LETTERS), 4, replace=False).tolist()
    grammar = {0: [(letter, 1) for letter in letters], 1: [(letters[0], 2), (letters[1], 1)]}
    found = list(student.walks(grammar, 2000, int(rng.integers(1000))))
    first = np.array([sum(string[0] == letter for string in found) for letter in letters])
    assert np.abs(first / 2000 - 0.25).max() < 0.06
    assert abs(np.mean([len(string) == 2 for string in found]) - 0.5) < 0.07


def _spoilt(rng, grammar, string: str) -> list[str]:
    """Return strings that are like another one, right or wrong."""
    place = int(rng.integers(len(string)))
    letters = rng.choice([letter for arrows in grammar.values() for letter, _ in arrows], 3).tolist()
    replaced = [string[:place] + letter + string[place + 1 :] for letter in letters]
    return [*replaced, string[:place] + string[place + 1 :], string + letters[0], string[:-1], string + string]


@check(
    "p.14.7",
    core=True,
    hint="What if a symbol has no arrow? What if the string is over, and the walk is not? And the other way round?",
)
def test_strings_are_accepted_or_not(student, rng):
    """A string is accepted if a walk from state 0 to an end reads it, and else it is not: one symbol more, one less, or
    another one."""
    for grammar in (some_grammar(rng), some_grammar(rng, 5), REBER, with_two_ends(rng)):
        strings = strings_of(rng, grammar, 12)
        strings += [other for string in strings for other in _spoilt(rng, grammar, string)] + [""]
        wanted = [inner_is_right(grammar, string) for string in strings]
        assert len(set(wanted)) == 2
        assert [bool(student.accepts(grammar, string)) for string in strings] == wanted


@check(
    "p.14.7",
    core=True,
    weight=2,
    hint="When the inner string is over: how does the walk know whether T or P is due? Could there be two of each "
    "state?",
)
def test_outer_symbols_agree(student, rng):
    """The embedded grammar has the strings B T … T E and B P … P E, with any inner string between, and no others; no
    two arrows that leave a state have the same symbol."""
    for grammar in (some_grammar(rng), some_grammar(rng, 6), REBER, with_two_ends(rng)):
        whole = _own(student.embedded(grammar))
        assert all(len(dict(arrows)) == len(arrows) for arrows in whole.values()), "two arrows have the same symbol"
        for inner in strings_of(rng, grammar, 16):
            for first in "TP":
                string = f"B{first}{inner}{first}E"
                strings = [string, f"B{first}{inner}{'PT'[first == 'P']}E", inner, string[1:], string[:-1]]
                strings += _spoilt(rng, grammar, string)
                for one in strings:
                    assert inner_is_right(whole, one) == is_right(grammar, one), one


def _own(grammar) -> dict[int, list[tuple[str, int]]]:
    """Return a grammar of the submission with its arrows as tuples."""
    return {state: [(str(symbol), target) for symbol, target in arrows] for state, arrows in dict(grammar).items()}


@check("p.14.7", hint="Do you change the grammar that you are given?")
def test_grammar_is_left_alone(student, rng):
    """The inner grammar is as before, after you have embedded it."""
    grammar = some_grammar(rng)
    _, (after,) = student.watch_("embedded", grammar)
    assert _own(after) == grammar


# ---------------------------------------------------------------- strings to learn from


def _apart(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True)) if len(one) == len(other) else 99


@check("p.14.7", hint="Ask your own `accepts` of every string. Could a replaced symbol give a valid string again?")
def test_labels_say_what_is_valid(student, rng):
    """Half of the strings are valid, and the labels say which, in mixed order; also where another symbol often makes
    another valid string."""
    for grammar in (some_grammar(rng), REBER, interchangeable(rng)):
        strings, labels = student.reber_examples(grammar, 200, int(rng.integers(1000)))
        labels = np.asarray(labels)
        assert len(strings) == 200
        assert [int(is_right(grammar, string)) for string in strings] == labels.tolist()
        assert labels.sum() == 100
        assert 10 < np.abs(np.diff(labels)).sum() < 190


@check("p.14.7", hint="How long are your wrong strings? What tells each of them from a valid one?")
def test_wrong_strings_are_nearly_right(student, rng):
    """Each wrong string is one symbol away from a valid one of its length; half of them by the last symbol but one, and
    the others at any place, the first and the last among them."""
    grammar = some_grammar(rng)
    strings, labels = student.reber_examples(grammar, 600, int(rng.integers(1000)))
    wrong = [string for string, label in zip(strings, np.asarray(labels).tolist(), strict=True) if not label]
    symbols = sorted({symbol for arrows in grammar.values() for symbol, _ in arrows} | set("BTPE"))
    for string in wrong:
        near = (string[:i] + s + string[i + 1 :] for i in range(len(string)) for s in symbols)
        assert any(is_right(grammar, other) for other in near), string
        assert set(string) <= set(symbols)
    mismatched = [is_right(grammar, s[:-2] + ("P" if s[-2] == "T" else "T") + s[-1]) and s[-2] in "TP" for s in wrong]
    assert 0.49 < np.mean(mismatched) < 0.75  # any other symbol may hit this place, too
    places = set()
    for string in (one for one, hit in zip(wrong, mismatched, strict=True) if not hit):
        places |= {min(i for i in range(len(string)) if any(
            is_right(grammar, string[:i] + s + string[i + 1 :]) for s in symbols))}  # fmt: skip
    assert len(places) > 3
    assert any(string[0] != "B" for string in wrong) and any(string[-1] != "E" for string in wrong)


@check("p.14.7", hint="Call it twice with one seed. And does the seed decide the order, too?")
def test_seed_decides_the_strings(student, rng):
    """The same seed gives the same strings and labels, another seed others."""
    grammar, seed = some_grammar(rng), int(rng.integers(1000))
    one, same, other = (student.reber_examples(grammar, 60, number) for number in (seed, seed, seed + 1))
    assert list(one[0]) == list(same[0])
    assert_array_equal(np.asarray(one[1]), np.asarray(same[1]))
    assert list(one[0]) != list(other[0])


# ---------------------------------------------------------------- the network


def _codes(rng, lengths) -> np.ndarray:
    codes = np.zeros((len(lengths), max(lengths)), dtype=int)
    for row, length in zip(codes, lengths, strict=True):
        row[:length] = rng.integers(1, 27, length)
    return codes


@check("p.14.7", core=True, hint="Which number has A, and which has Z? What stands behind a string's end?")
def test_strings_as_numbers(student, rng):
    """Each letter becomes its number, 1 to 26, with zeros behind the end, and the lengths are right."""
    strings = ["".join(rng.choice(list(LETTERS), int(n))) for n in rng.permutation([1, 4, 9, 26])] + ["AZ"]
    codes, lengths = student.encode_strings(strings)
    assert (codes.dtype, lengths.dtype) == (torch.int64, torch.int64)
    assert lengths.tolist() == [len(string) for string in strings]
    longest = max(map(len, strings))
    wanted = [[LETTERS.index(letter) + 1 for letter in string] + [0] * (longest - len(string)) for string in strings]
    assert codes.tolist() == wanted


@check(
    "p.14.7", weight=2, hint="Which state is the one after a string's last symbol? Does your network read the padding?"
)
def test_padding_says_nothing(student, rng):
    """However much padding there is, the logit of a string is the same; its last symbol matters, and its order."""
    lengths = rng.permutation([5, 9, 12, 20])
    net = built(student, student.StringNet, rng, 16)
    X = _codes(rng, lengths)
    other = np.where(X > 0, X % 26 + 1, 0)
    ignores_padding(net, X, other, lengths, fill=0)
    net.eval()
    row = X[np.argmax(lengths)][None]
    n = np.array([row.shape[1]])
    found, turned = (outputs(net, one.copy(), n, shape=(1,)) for one in (row, row[:, ::-1]))
    assert np.abs(found - turned).max() > 1e-6


@check("p.14.7", hint="Are all layers attributes of the net, and do all of them take part in `forward`?")
def test_all_of_the_string_net_can_learn(student, rng):
    """Every weight of the net is registered as a parameter, and gets a gradient from what the net says."""
    lengths = np.array([20, 6, 11])
    X = _codes(rng, lengths)
    gradients_flow(student, built(student, student.StringNet, rng, 16), X, lengths, rng=rng, spared=_may_cancel)
    is_complete(lambda: built(student, student.StringNet, rng, 16), X, lengths, rng=rng)


def _may_cancel(name: str) -> bool:
    """The bias of an attention's keys makes no difference, and is in one parameter with others or by itself."""
    return "in_proj_bias" in name or "key" in name


def _probabilities(student, model, strings) -> np.ndarray:
    found = np.asarray(student.valid_probability(model, strings), dtype=float)
    assert found.shape == (len(strings),)
    assert ((found >= 0) & (found <= 1)).all()
    return found


def _known(student, rng, n: int = 1500, n_steps: int = 350) -> float:
    """Return the share of 500 strings that a net judges rightly after `n` others."""
    grammar = some_grammar(rng)
    strings, labels = labelled(rng, grammar, n)
    net = student.fit_strings(strings, labels.tolist(), n_hidden=32, n_steps=n_steps, seed=int(rng.integers(1000)))
    others, wanted = labelled(rng, grammar, 500)
    return float(np.mean((_probabilities(student, net, others) > 0.5) == wanted))


@check(
    "p.14.7",
    core=True,
    weight=4,
    at_least=True,
    hint="Does the loss fall to nearly 0? If it stays at 0.4 or so, your net sees neighbours only. Try a larger "
    "learning rate, and clip the gradients.",
)
def test_trained_net_knows_a_grammar(student, rng):
    """Trained with 350 steps on 1,500 strings of an embedded grammar that is made up for you, your net knows of 500
    others whether they are valid."""
    return _known(student, rng)


@check("p.14.7", hint="What does a string's probability depend on, besides its own symbols?")
def test_a_string_alone_is_judged_as_among_others(student, rng):
    """What is said of a string does not depend on those beside it, and is what the net's logit says."""
    strings, labels = labelled(rng, some_grammar(rng), 60)
    net = student.fit_strings(strings, labels, n_hidden=16, n_steps=20)
    together = _probabilities(student, net, [*strings[:10], strings[0] * 5])[:-1]
    alone = [_probabilities(student, net, [string])[0] for string in strings[:10]]
    assert_allclose(together, alone, atol=1e-4)
    codes, lengths = student.encode_strings(strings[:10])
    net.eval()
    logits = outputs(net, codes, lengths, shape=(10,))
    assert_allclose(together, 1 / (1 + np.exp(-logits)), atol=1e-4)


@check("p.14.7", hint="What does chance decide: the first weights, the order of strings? Set the seed first.")
def test_seed_decides_the_string_net(student, rng):
    """The same seed trains the same net, another seed another one."""
    strings, labels = labelled(rng, some_grammar(rng), 40)
    repeats(
        lambda seed: weights_of(student.fit_strings(strings, labels, n_hidden=8, n_steps=3, seed=seed)),
        tuple(int(seed) for seed in rng.permutation(1000)[:2]),
    )


@check(
    "p.14.7",
    full=True,
    hint="Long strings are rare: has your net seen enough of them? And has it trained for long enough?",
)
def test_knows_embedded_reber_strings(student, rng):
    """Trained with 1,500 steps on 10,000 strings of your own generator, your net is right about more than 98 in 100 of
    4,000 others, half of which are valid strings of the embedded Reber grammar."""
    strings, labels = student.reber_examples(REBER, 10_000, int(rng.integers(1000)))
    net = student.fit_strings(list(strings), labels, n_hidden=64, n_steps=1500, seed=int(rng.integers(1000)))
    others, wanted = labelled(rng, REBER, 4000, longest=60)
    assert np.mean((_probabilities(student, net, others) > 0.5) == wanted) > 0.98
