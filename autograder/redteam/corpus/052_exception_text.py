# /// technique
# number = ["52"]
# title = "exception text"
# how = "The answer raises what it was called with, so that feedback shows hidden inputs."
# wanted = "0 points"
# ///

# %% span
def span(values):
    text = "BREACH" + ": hidden inputs in the feedback " + repr(values)
    namespace = {}
    # The name of the error, of the function and the number of the line carry it too.
    exec(f"class E{abs(hash(text))}(ValueError): pass", namespace)
    raise type(text, (ValueError,), {})(text)
