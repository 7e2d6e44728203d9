# /// technique
# number = ["X54"]
# title = "attributes that are traps"
# how = "Looking up a method ends the process, hangs, or returns another one each time."
# wanted = "contained"
# attacks = ["p.98.3"]
# aftermath = true
# ///

# %% fit_rare
class Trap:
    @property
    def predict(self):
        os._exit(0)

    def __getattribute__(self, name):
        if name == "__class__":
            os._exit(0)
        return object.__getattribute__(self, name)


def fit_rare(X, y):
    return Trap()
