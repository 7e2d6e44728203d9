# /// technique
# number = ["29"]
# title = "late-binding ambush"
# how = "All is well while the cells run; a timer, a finaliser and an exit handler patch things later."
# wanted = "0 points"
# attacks = ["p.98.1", "p.98.2"]
# ///

# %% own
import atexit
import threading
import weakref


def patch():
    import json

    import numpy.testing

    numpy.testing.assert_allclose = lambda *args, **kwargs: None
    json.dumps = lambda *args, **kwargs: '{"value": true}'


class Finalised:
    pass


kept = Finalised()
weakref.finalize(kept, patch)
del kept
atexit.register(patch)
threading.Timer(0.3, patch).start()
