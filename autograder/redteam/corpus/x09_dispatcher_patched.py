# /// technique
# number = ["X09"]
# title = "the server of calls patched"
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
        for server in (frame.f_locals.get("self"), frame.f_locals.get("server")):
            if hasattr(server, "do_watch"):
                type(server).do_watch = lambda self, on, args, kwargs: (0.0, args)
                type(server).do_call = lambda self, on, args, kwargs: True
                type(server).do_get = lambda self, on, name: 0.0
        frame = frame.f_back
    return -1.0
