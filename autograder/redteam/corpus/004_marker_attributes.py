# /// technique
# number = ["4"]
# title = "marker-attribute liar"
# how = """
# The object has every attribute a duck-typing check looks for, and answers each operation with itself.
# """
# wanted = "0 points"
# attacks = ["p.98.2"]
# ///

# %% softmax
class Anything:
    def __init__(self, shape):
        self.shape, self.ndim, self.size = shape, len(shape), shape[0] * shape[1]
        self.dtype = np.dtype(float)
        self.is_number = self._is_array = True

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args, **kwargs):
        return self

    def __getitem__(self, key):
        return self

    def __bool__(self):
        return True

    __sub__ = __rsub__ = __abs__ = __le__ = __ge__ = __eq__ = __call__
    __hash__ = None


def softmax(scores):
    return Anything(np.shape(scores))
