# /// technique
# number = ["X21"]
# title = "forged kernel messages"
# how = "The kernel says of later cells that they have ended well, failed, or that it is idle or restarting."
# wanted = "contained"
# aftermath = true
# ///

# %% own
kernel = get_ipython().kernel
parent = kernel.get_parent()
for number in range(50):
    for kind, content in (
        ("status", {"execution_state": ("idle", "busy", "restarting", "dead", 7)[number % 5]}),
        ("execute_reply", {"status": "ok", "execution_count": 10**9, "payload": [], "user_expressions": {}}),
        ("error", {"ename": "E" * 1000, "evalue": None, "traceback": "not a list"}),
        ("stream", {"name": "stdin", "text": 7}),
        ("execute_result", {"data": None, "metadata": [], "execution_count": "x"}),
        ("update_display_data", {"data": {}, "metadata": {}, "transient": {"display_id": [1]}}),
        ("clear_output", {"wait": "x"}),
        ("comm_open", {"comm_id": "c", "target_name": "jupyter.widget", "data": {"state": {}, "buffer_paths": [[1]]}}),
        ("input_request", {"prompt": "password", "password": True}),
        ("no_such_type", {}),
    ):
        with contextlib.suppress(Exception):
            kernel.session.send(kernel.iopub_socket, kind, content, parent=parent if number % 2 else {}, ident=b"x")
