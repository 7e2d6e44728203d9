# /// technique
# number = ["71"]
# title = "swallowed errors"
# how = "Hooks for errors are replaced and assertion errors are turned into warnings."
# wanted = "0 points"
# ///

# %% first
import builtins
import sys
import warnings

sys.excepthook = sys.unraisablehook = lambda *args: None
warnings.simplefilter("ignore")
builtins.AssertionError = UserWarning


# %% span
class Swallow(float):
    def __sub__(self, other):
        raise StopIteration

    __rsub__ = __sub__


def span(values):
    return Swallow(-1.0)
