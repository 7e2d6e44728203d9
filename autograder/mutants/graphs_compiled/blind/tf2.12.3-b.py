# %% right
# Intent: compare the shapes, then the nested lists of Python's numbers (Python compares int and float exactly), then the dtypes.
import torch


def compare(one, other):
    if one.shape != other.shape or one.tolist() != other.tolist():
        return "different"
    return "identical" if one.dtype == other.dtype else "another dtype"


TF2_12_3_CHOICE = {"whole": "identical", "real": "another dtype", "tenths": "different", "int32": "another dtype"}

# %% wrong: compare
# Misconception: floating-point numbers are compared by allclose; what is as good as equal is equal.
def compare(one, other):
    if one.shape != other.shape or not torch.allclose(one.double(), other.double()):
        return "different"
    return "identical" if one.dtype == other.dtype else "another dtype"

# %% wrong: compare
# Misconception: == between tensors compares them as wholes, so a separate look at the shape is only needed where it would fail.
def compare(one, other):
    try:
        same = bool((one == other).all())
    except RuntimeError:
        same = False
    if not same:
        return "different"
    return "identical" if one.dtype == other.dtype else "another dtype"

# %% wrong: TF2_12_3_CHOICE
# Misconception: 0.1 is the same number in float32 and in float64, so only the type differs.
TF2_12_3_CHOICE = {"whole": "identical", "real": "another dtype", "tenths": "another dtype", "int32": "another dtype"}
