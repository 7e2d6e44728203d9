# /// technique
# number = ["X09"]
# title = "the dispatcher patched"
# how = """
# The object that answers is found on the stack, and the arguments it returns "as they are afterwards" are made
# up.
# """
# wanted = "0 points"
# ///

# %% span
import sys


def span(values):
    frame = sys._getframe()
    while frame is not None:
        dispatcher = frame.f_locals.get("self") or frame.f_locals.get("dispatcher")
        if hasattr(dispatcher, "do_watch"):
            type(dispatcher).do_watch = lambda self, on, args, kwargs: (0.0, args)
            type(dispatcher).do_call = lambda self, on, args, kwargs: True
            type(dispatcher).do_get = lambda self, on, name: 0.0
        frame = frame.f_back
    return -1.0
