# /// technique
# number = ["X41"]
# title = "programs with more rights"
# how = "Programs that run as root are asked to read what only the grader may."
# wanted = "contained"
# ///

# %% own
import shutil
import subprocess

secret = KNOWN["files"]["the course key"]
for command in (
    ["su", "-c", f"cat {secret}"],
    ["sudo", "-n", "cat", secret],
    ["pkexec", "cat", secret],
    ["chfn", "-f", "x"][:1],
):
    if shutil.which(command[0]) and len(command) > 1:
        with contextlib.suppress(Exception):
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=2)
            print(command[0], done.returncode, done.stdout[:100])
for identity in (os.setuid, os.setgid, os.seteuid):
    with contextlib.suppress(OSError):
        if os.geteuid():
            identity(0)
            breach("became root")
