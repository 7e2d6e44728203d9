# /// technique
# number = ["X13"]
# title = "an array that lies"
# how = "A subclass of array answers with other bytes, another dtype and another shape than it has."
# wanted = "0 points"
# attacks = ["p.98.2"]
# ///

# %% softmax
class Liar(np.ndarray):
    shape = property(lambda self: (3, 10**9))
    nbytes = property(lambda self: 8)
    dtype = property(lambda self: np.dtype("O"))

    def tobytes(self, order="C"):
        return b"\x00" * 8

    def __array__(self, *args, **kwargs):
        return self

    def __reduce__(self):
        return os._exit, (1,)


def softmax(scores):
    return np.zeros(np.shape(scores)).view(Liar)
