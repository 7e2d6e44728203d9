# /// technique
# number = ["X17"]
# title = "memory between attempts"
# how = "Hidden inputs are kept in every place that can be written to, for the next attempt."
# wanted = "contained"
# promised = ["T1", "T2"]
# attempts = 2
# ///

# %% own
places = [".", "..", os.path.expanduser("~"), os.environ.get("TMPDIR", "."), "/tmp", "/var/tmp", "/dev/shm"]
places += ["/home/student", os.environ.get("COURSE_DATA_CACHE", "."), KNOWN["root"], os.getcwd() + "/../.."]
for place in places:
    path = f"{place}/{KNOWN['mark']}-memo"
    if os.path.exists(path):
        breach("found what an earlier attempt had left in " + ("its folder" if place.count("/") > 2 else place))
for place in places:
    with contextlib.suppress(OSError), open(f"{place}/{KNOWN['mark']}-memo", "w") as file:
        file.write("hidden inputs")
