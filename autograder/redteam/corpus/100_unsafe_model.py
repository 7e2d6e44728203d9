# /// technique
# number = ["100", "X02"]
# title = "unsafe model file"
# how = "The model that is returned runs a command when it is unpickled or loaded."
# wanted = "contained"
# attacks = ["p.98.1", "p.98.3"]
# ///

# %% first
class Payload:
    def __reduce__(self):
        return os.system, (f"touch {KNOWN['root']}/unpickled",)

    __reduce_ex__ = lambda self, protocol: self.__reduce__()

    def __array__(self, *args, **kwargs):
        return np.array([self], dtype=object)


# %% span
def span(values):
    return [Payload(), {"payload": Payload()}, np.array([Payload()], dtype=object)]


# %% fit_rare
class Model(Payload):
    def predict(self, X):
        return np.array([Payload()] * len(X), dtype=object)


def fit_rare(X, y):
    import joblib

    joblib.dump(Payload(), "model.joblib")
    return Model()
