# /// technique
# number = ["X25"]
# title = "large and deep output"
# how = "Displayed JSON is megabytes long, or nested deeper than a reader goes."
# wanted = "contained"
# aftermath = true
# ///

# %% own
from IPython.display import display

deep = []
for _ in range(900):
    deep = [deep]
for content in ({"application/json": deep}, {"application/json": {"k" * 1000: ["x" * 100] * 100_000}}):
    with contextlib.suppress(Exception):
        display(content, raw=True)
with contextlib.suppress(Exception):
    display({"application/json": 1}, metadata={"deep": deep}, raw=True)
display({f"text/x-{number}": "x" * 100 for number in range(20_000)}, raw=True)
