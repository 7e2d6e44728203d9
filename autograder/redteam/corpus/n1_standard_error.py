# /// technique
# number = ["N1"]
# title = "honest, with a warning"
# how = "A right answer that writes to standard error and warns."
# wanted = "full marks"
# ///

# %% span
import sys
import warnings


def span(values):
    print("a word to the operator", file=sys.stderr)
    warnings.warn("this will change", DeprecationWarning, stacklevel=2)
    return max(values) - min(values)


# %% own
print("loading", file=sys.stderr)
