"""What an example states, against what answers give: the same value in any type passes, another value does not."""

import enum
from collections import Counter, OrderedDict, defaultdict, namedtuple
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.linear_model import LinearRegression
from torch import nn

from course.examples import Disagreement, run
from course.same_value import NoValue, stated

Point = namedtuple("Point", "x y")


class Kind(enum.Enum):
    HAM = "ham"
    SPAM = "spam"


class Word(str):
    pass


OF = [1.0, 2.0]
RIGHT = [
    # numbers, and what libraries hand out in their place
    ("0.69", np.float64(0.69)), ("0.69", np.float32(0.69)), ("0.69", torch.tensor(0.69)), ("0.69", np.array(0.69)),
    ("0.69", torch.tensor(0.69, requires_grad=True) * 1), ("0.69", Fraction(69, 100)), ("0.69", Decimal("0.69")),
    ("np.float64(0.69)", 0.69), ("tensor(0.6900, grad_fn=<MulBackward0>)", 0.69), ("3", np.int64(3)), ("3", 3.0),
    ("3", np.uint8(3)), ("3.0", 3), ("0.0", -0.0), ("0.0", 1e-16), ("-0.0", 0.0), ("0.3", 0.1 + 0.2), ("1e-06", 1e-6),
    ("nan", float("nan")), ("inf", np.inf), ("1j", np.complex128(1j)), ("6", np.array([1, 2, 3]).sum()),
    # truth, text, nothing special
    ("True", np.True_), ("False", np.bool_(0)), ("True", torch.tensor(True)), ("'ham'", np.str_("ham")),
    ("'ham'", Word("ham")), ("'ham'", Kind.HAM), ("'a  b'", "a  b"), ("b'x'", np.bytes_(b"x")),
    # sequences
    ("[1.0, 2.0]", np.array(OF)), ("[1.0, 2.0]", torch.tensor(OF)), ("[1.0, 2.0]", tuple(OF)), ("[1, 2]", range(1, 3)),
    ("[1.0, 2.0]", pd.Series(OF, index=[7, 9])), ("[1, 2]", pd.Index([1, 2])), ("[1, 2]", [np.int64(1), np.float32(2)]),
    ("(1, 2)", [1, 2]), ("(1, 2)", Point(1, 2)), ("[[1, 2]]", [np.array([1, 2])]), ("[1.0, nan]", [1, np.nan]),
    ("['a', 'b']", np.array(["a", "b"])), ("(True, 'cat')", (np.True_, np.str_("cat"))), ("[]", ()),
    ("[[1.0, 2.0], [3.0, 4.0]]", nn.Parameter(torch.tensor([OF, [3.0, 4.0]]))),
    ("torch.Size([4, 7])", torch.zeros(4, 7).shape), ("torch.Size([4, 7])", (4, 7)),
    ("(4, 7)", torch.zeros(4, 7).shape),
    # arrays where an array is stated
    ("array([1., 2.])", np.array(OF)), ("array([1, 2])", np.array(OF)), ("array([1.0,\n 2.0])", torch.tensor(OF)),
    ("array([4, 5], dtype=uint8)", np.array([4, 5], np.uint8)),
    ("array(['a'], dtype='<U1')", np.array(["a", "abc"])[:1]),
    ("array([], shape=(0, 2), dtype=float64)", np.zeros((0, 2))),
    ("tensor([1., 2.])", torch.tensor(OF, requires_grad=True)),
    # dicts and sets
    ("{'a': 1, 'b': 2}", {"b": np.int64(2), "a": 1}), ("{'a': 1}", OrderedDict(a=1)), ("{'a': 1}", Counter("a")),
    ("{'a': 0.3}", defaultdict(float, a=0.1 + 0.2)), ("{'a': [1, 2]}", {np.str_("a"): np.array([1, 2])}),
    ("{(1, 2): 'x'}", {(np.int64(1), 2): "x"}), ("{1, 2}", {np.int64(2), 1}), ("{1, 2}", frozenset([1, 2])),
    ("set()", set()),
    ("{'ham': 1}", {Kind.HAM: 1}),
    # texts that are no values
    ("   a\n0  1", pd.DataFrame({"a": [1]})), ("LinearRegression()", LinearRegression()),
    ("dtype('float64')", np.dtype(float)), ("[0, 1, ..., 29]", np.arange(30)), ("torch.float32", torch.float32),
]  # fmt: skip
WRONG = [
    ("0.69", 0.7), ("0.69", np.float64(0.6901)), ("0.69", "0.69"), ("0.69", None), ("0.69", [0.69]),
    ("0.69", np.array([0.69])),
    ("3", "3"), ("3", True), ("1", np.True_), ("3", 4), ("3", 3.1), ("100000", 100001), ("0.0", 1e-3), ("nan", 0.0),
    ("True", 1), ("True", "True"), ("True", False), ("True", None), ("False", []), ("True", [True]), ("False", 0.0),
    ("'3'", 3), ("'ham'", "spam"), ("'ham'", Kind.SPAM), ("'ham'", ["ham"]), ("'a b'", "a  b"), ("'ham'", b"ham"),
    ("'ham'", "Ham"), ("'ham'", None), ("'ham'", Kind),
    ("[1, 2]", [1, 2, 3]), ("[1, 2]", [1]), ("[1, 2]", [2, 1]), ("[1, 2]", np.array([[1, 2]])), ("[1, 2]", None),
    ("[1, 2]", {1, 2}), ("[1, 2]", {1: 2}), ("[1, 2]", "[1, 2]"), ("[1, 2]", ["1", "2"]), ("[]", None), ("[]", [None]),
    ("[1]", 1), ("['a']", "a"), ("[[1, 2]]", [1, 2]), ("[1, 2]", (n for n in (1, 2))), ("[0.5]", torch.tensor([0.6])),
    ("(1, 2)", (1, (2,))), ("torch.Size([4, 7])", (4, 8)), ("[1.0, nan]", [1.0, 2.0]), ("[True]", [1]), ("[1]", [True]),
    ("array([1, 2])", [1, 2]), ("array([1, 2])", np.array([1, 3])), ("array([1, 2])", np.array([[1, 2]])),
    ("array([1])", None),
    ("array([4, 5], dtype=uint8)", np.array([4, 5])), ("tensor([1., 2.])", np.array(OF)),
    ("array([1, 2])", np.array(["1", "2"])),
    ("{'a': 1}", {"a": 2}), ("{'a': 1}", {"b": 1}), ("{'a': 1}", {"a": 1, "b": 2}), ("{'a': 1}", [("a", 1)]),
    ("{'a': 1}", None),
    ("{1, 2}", {1, 3}), ("{1, 2}", [1, 2]), ("{'a': 1}", {"a": "1"}), ("{}", set()),
    ("   a\n0  1", pd.DataFrame({"a": [2]})), ("LinearRegression()", None), ("[0, 1, ..., 29]", np.arange(31)),
    ("torch.float32", torch.float64),
]  # fmt: skip


@pytest.mark.parametrize(("want", "value"), RIGHT)
def test_the_same_value_agrees(want, value, capsys):
    run(f">>> answer()\n{want}\n", {"answer": lambda: value})
    assert capsys.readouterr().out == "1 of 1 examples agree.\n"


@pytest.mark.parametrize(("want", "value"), WRONG)
def test_another_value_does_not(want, value):
    with pytest.raises(Disagreement, match=r"^0 of 1 examples agree"):
        run(f">>> answer()\n{want}\n", {"answer": lambda: value})


@pytest.mark.parametrize(
    ("want", "value", "told"),
    [
        ("4", None, "(this is None, that is, nothing: is there a `return`?)"),
        ("3", "3", "(a number is expected, and this is the text '3'.)"),
        ("True", 1, "(True or False is expected, and this is the number 1.)"),
        ("'a'", 3, "(a text is expected, and this is the number 3.)"),
        ("[1, 2]", [1], "(2 values are expected, and here is 1.)"),
        ("[1]", [1, 2], "(1 value is expected, and here are 2.)"),
        ("[1, 2]", {1, 2}, "(a list of 2 is expected, and this is a set.)"),
        ("[[1, 2], [3, 4]]", [[1, 2], [3, 5]], "(at [1][1]: 5, and 4 is expected.)"),
        ("{'a': [1, 2]}", {"a": [1, 3]}, "(at ['a'][1]: 3, and 2 is expected.)"),
        ("{'a': 1}", {}, "(the key 'a' is missing.)"),
        ("{}", {"b": 1}, "(the key 'b' is not expected.)"),
        ("array([1, 2])", [1, 2], "(an array is expected, and this is a list.)"),
        ("array([1, 2])", np.array([[1, 2]]), "(its shape is (1, 2), and (2,) is expected.)"),
        ("array([1], dtype=uint8)", np.array([1]), "(its dtype is int64, and uint8 is expected.)"),
        ("3", np, "(a number is expected, and this is a module.)"),
    ],
)
def test_what_differs_is_said(want, value, told):
    with pytest.raises(Disagreement) as caught:
        run(f">>> answer()\n{want}\n", {"answer": lambda: value})
    assert told in str(caught.value).splitlines()


def test_a_plain_wrong_number_needs_no_more_words():
    with pytest.raises(Disagreement) as caught:
        run(">>> answer()\n4\n", {"answer": lambda: 5})
    assert str(caught.value).splitlines() == [
        "0 of 1 examples agree.", "", ">>> answer()", "expected:", "    4", "got:", "    5",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["hello", "__import__('os')", "open('x')", "1 2", "", "<Figure>", "().__class__()()"])
def test_what_is_no_value_is_none(text):
    with pytest.raises(NoValue):
        stated(text)
