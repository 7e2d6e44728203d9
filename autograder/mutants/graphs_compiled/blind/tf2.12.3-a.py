# %% right
# Intent: compare shapes, then the values as Python's numbers (Python compares an int with a float exactly), then the dtypes.
def compare(one, other):
    if tuple(one.shape) != tuple(other.shape):
        return "different"
    for a, b in zip(one.reshape(-1).tolist(), other.reshape(-1).tolist()):
        if a != b:
            return "different"
    if one.dtype == other.dtype:
        return "identical"
    return "another dtype"

TF2_12_3_CHOICE = {
    "whole": "identical",
    "real": "another dtype",
    "tenths": "different",
    "int32": "another dtype",
}

# %% wrong: compare
# Misconception: floats are never exactly equal, so one has to compare with allclose.
def compare(one, other):
    if one.shape != other.shape:
        return "different"
    if not torch.allclose(one.double(), other.double()):
        return "different"
    return "identical" if one.dtype == other.dtype else "another dtype"

# %% wrong: compare
# Misconception: bringing one tensor to the type of the other changes no values.
def compare(one, other):
    if one.shape != other.shape:
        return "different"
    if not torch.equal(one, other.to(one.dtype)):
        return "different"
    return "identical" if one.dtype == other.dtype else "another dtype"
