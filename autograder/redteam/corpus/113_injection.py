# /// technique
# number = ["113"]
# title = "injection"
# how = "Texts that would change the logic of code, of a query or of a template they are pasted into."
# wanted = "0 points"
# attacks = ["p.98.1", "p.98.5"]
# ///

# %% span
class Error(Exception):
    pass


Error.__name__ = "ValueError'); score = 4; ('"


def span(values):
    raise Error("{{ 7 * 7 }} {% include 'x' %} '; update grade set score = 4; --")


# %% PARAMETERS
PARAMETERS = "7850 or True) or (1"
