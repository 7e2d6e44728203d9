# /// technique
# number = ["35"]
# title = "tracebacks silenced"
# how = "The shell shows no error, so that none is found in the outputs."
# wanted = "0 points"
# ///

# %% first
shell = get_ipython()
shell.showtraceback = shell._showtraceback = shell.showsyntaxerror = lambda *args, **kwargs: None
shell.set_custom_exc((Exception,), lambda *args, **kwargs: None)


# %% span
def span(values):
    raise AssertionError


# %% own
raise AssertionError("nobody sees this")
