# /// technique
# number = ["X51"]
# title = "input wanted"
# how = "A cell asks for input, and a debugger waits for commands."
# wanted = "contained"
# aftermath = true
# ///

# %% own
with contextlib.suppress(BaseException):
    input("Points? ")
with contextlib.suppress(BaseException):
    breakpoint()
