# /// technique
# number = ["2"]
# title = "never-unequal object"
# how = "Only the inequality method lies, against checks written as \"if not equal, fail\"."
# wanted = "0 points"
# ///

# %% span
class NeverUnequal:
    def __ne__(self, other):
        return False


def span(values):
    return NeverUnequal()
