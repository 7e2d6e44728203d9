# /// technique
# number = ["X22"]
# title = "messages with missing fields"
# how = "Messages of known types come without the fields their readers take for granted."
# wanted = "contained"
# aftermath = true
# ///

# %% own
kernel = get_ipython().kernel
for kind in ("stream", "display_data", "execute_result", "error", "status", "update_display_data", "comm_msg"):
    for content in ({}, {"data": 7}, {"text": None}, {"execution_state": None}, {"transient": None}):
        with contextlib.suppress(Exception):
            kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())
