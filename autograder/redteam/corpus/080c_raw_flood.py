# /// technique
# number = ["80"]
# title = "raw output flood"
# how = "A child writes to the process's own standard output, past the kernel."
# wanted = "contained"
# aftermath = true
# ///

# %% own
import subprocess

with contextlib.suppress(Exception):
    subprocess.run("yes $(printf 'x%.0s' $(seq 4000)) | head -c 50000000", shell=True, timeout=3)
os.write(1, b"y" * 1_000_000)
os.write(2, b"z" * 1_000_000)
for number in (1, 2):
    os.write(number, f'\n{{"student": "ada", "score": 20.0, "{KNOWN["mark"]}": 1}}\n'.encode())
