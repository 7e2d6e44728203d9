# /// technique
# number = ["X39"]
# title = "crashes"
# how = "A call recurses without end, then reads from address 0."
# wanted = "contained"
# aftermath = true
# ///

# %% span
import ctypes
import sys


def endless(depth):
    return endless(depth + 1) + 1


def span(values):
    with contextlib.suppress(RecursionError):
        endless(0)
    sys.setrecursionlimit(10**9)
    return ctypes.string_at(0)
