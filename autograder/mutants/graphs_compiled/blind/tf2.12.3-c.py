# %% right
# Intent: shapes first; then the values as Python's numbers, whose comparison across types is exact; then the dtype.
def compare(one, other):
    alike = one.shape == other.shape and one.tolist() == other.tolist()
    return "different" if not alike else ("identical" if one.dtype == other.dtype else "another dtype")


TF2_12_3_CHOICE = {
    "whole": "identical",
    "real": "another dtype",
    "tenths": "different",
    "int32": "another dtype",
}

# %% wrong: compare
# Misconception: converting one tensor to the type of the other changes only the type, never the numbers.
import torch


def compare(one, other):
    if one.shape != other.shape or not torch.equal(one, other.to(one.dtype)):
        return "different"
    return "identical" if one.dtype == other.dtype else "another dtype"


# %% wrong: TF2_12_3_CHOICE
# Misconception: a tenth is a tenth, whatever the number of bits.
TF2_12_3_CHOICE = {
    "whole": "identical",
    "real": "another dtype",
    "tenths": "another dtype",
    "int32": "another dtype",
}
