# /// technique
# number = ["26"]
# title = "code objects swapped"
# how = "Test functions are found by the garbage collector and given other code."
# wanted = "0 points"
# ///

# %% own
import gc
import types


def nothing(student, rng):
    return None


for one in gc.get_objects():
    if isinstance(one, types.FunctionType) and one.__name__.startswith(("test_", "judge", "run_check")):
        with contextlib.suppress(ValueError):
            one.__code__ = nothing.__code__
