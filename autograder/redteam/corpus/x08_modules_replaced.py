# /// technique
# number = ["X08"]
# title = "the server's modules replaced"
# how = """
# Modules of the grader are planted before it sends its own, and its functions are replaced while it answers.
# """
# wanted = "0 points"
# ///

# %% first
import sys
import types


class Planted(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: {"value": True}


for name in ("", ".engine", ".engine.wire", ".engine.wire.codec", ".engine.wire.server"):
    sys.modules["autograder" + name] = Planted("autograder" + name)


# %% span
def span(values):
    wire = sys.modules["autograder.engine.wire.codec"]
    honest = wire.encode

    def encode(value, handle_of):
        return honest({"value": None}, handle_of)

    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("autograder"):
            for name in ("encode", "decode", "describe"):
                if hasattr(module, name):
                    setattr(module, name, encode)
    return -1.0
