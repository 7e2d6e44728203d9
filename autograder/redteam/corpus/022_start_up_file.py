# /// technique
# number = ["22"]
# title = "start-up customisation"
# how = "A sitecustomize, usercustomize or .pth file is left for any Python that starts with this path."
# wanted = "0 points"
# attempts = 2
# ///

# %% own
import site

cheat = f'open({KNOWN["root"] + "/started"!r}, "w").close()'
os.makedirs(site.getusersitepackages(), exist_ok=True)
for folder in (".", site.getusersitepackages()):
    for name in ("sitecustomize.py", "usercustomize.py"):
        with open(f"{folder}/{name}", "w") as file:
            file.write(cheat)
    with open(f"{folder}/cheat.pth", "w") as file:
        file.write(f"import os; {cheat}\n")
os.environ["PYTHONPATH"] = os.getcwd()
os.environ["PYTHONSTARTUP"] = os.path.abspath("sitecustomize.py")
