# /// technique
# number = ["44"]
# title = "other kernels' channels"
# how = """
# Connection files of other kernels are looked for, and the own one is used to send what only the grader sends.
# """
# wanted = "contained"
# ///

# %% own
loot(KNOWN["files"]["another kernel's connection"])
kernel = get_ipython().kernel
with contextlib.suppress(Exception):
    import jupyter_client

    client = jupyter_client.BlockingKernelClient(connection_file=kernel.config["IPKernelApp"]["connection_file"])
    client.load_connection_file()
    client.start_channels()
    client.execute("PASSED = True")
    client.stop_channels()
