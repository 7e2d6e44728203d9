# /// technique
# number = ["11"]
# title = "class spoofing"
# how = "The object claims to be a float by its class attribute and by the hook of its metaclass."
# wanted = "0 points"
# ///

# %% span
class Meta(type):
    def __instancecheck__(cls, one):
        return True

    def __subclasscheck__(cls, one):
        return True


class Spoof(metaclass=Meta):
    __class__ = float

    def __float__(self):
        return 0.0

    def __sub__(self, other):
        return 0.0

    __rsub__ = __sub__


Spoof.__module__, Spoof.__qualname__ = "builtins", "float"


def span(values):
    return Spoof()
