# /// technique
# number = ["82"]
# title = "surviving daemon"
# how = "A process leaves its session, its parent and its group, and stays."
# wanted = "contained"
# aftermath = true
# ///

# %% own
import subprocess
import sys
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(60)
    os._exit(0)
subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)", KNOWN["mark"]], start_new_session=True)
