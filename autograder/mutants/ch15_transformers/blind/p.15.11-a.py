# %% right
# Intent: no "id", no answer (and nothing is run); else one branch per method, with the error or the result put into an envelope.
def answer_request(request, tools):
    if "id" not in request:
        return None
    reply = {"jsonrpc": "2.0", "id": request["id"]}
    method = request.get("method")
    params = request.get("params") or {}
    if method == "tools/list":
        listed = []
        for name in tools:
            listed.append({"name": name, "description": tools[name][0]})
        reply["result"] = {"tools": listed}
    elif method == "tools/call":
        name = params.get("name")
        if name not in tools:
            reply["error"] = {"code": -32602, "message": f"unknown tool: {name}"}
        else:
            arguments = params.get("arguments") or {}
            try:
                text, failed = tools[name][1](**arguments), False
            except Exception as error:
                text, failed = str(error), True
            reply["result"] = {"content": [{"type": "text", "text": text}], "isError": failed}
    else:
        reply["error"] = {"code": -32601, "message": f"unknown method: {method}"}
    return reply

# %% wrong: answer_request
# Misconception: a tool that raises is a failed request, so the protocol's own "error" reports it.
def answer_request(request, tools):
    if "id" not in request:
        return None
    reply = {"jsonrpc": "2.0", "id": request["id"]}
    method = request.get("method")
    params = request.get("params") or {}
    if method == "tools/list":
        reply["result"] = {"tools": [{"name": name, "description": tools[name][0]} for name in tools]}
    elif method == "tools/call":
        name = params.get("name")
        if name not in tools:
            reply["error"] = {"code": -32602, "message": f"unknown tool: {name}"}
        else:
            try:
                text = tools[name][1](**(params.get("arguments") or {}))
                reply["result"] = {"content": [{"type": "text", "text": text}], "isError": False}
            except Exception as error:
                reply["error"] = {"code": -32603, "message": str(error)}
    else:
        reply["error"] = {"code": -32601, "message": f"unknown method: {method}"}
    return reply

# %% wrong: answer_request
# Misconception: a notification is what has no usable id, and request.get("id") is how one asks for that (0 counts as none).
def answer_request(request, tools):
    if not request.get("id"):
        return None
    reply = {"jsonrpc": "2.0", "id": request["id"]}
    method = request.get("method")
    params = request.get("params") or {}
    if method == "tools/list":
        reply["result"] = {"tools": [{"name": name, "description": tools[name][0]} for name in tools]}
    elif method == "tools/call":
        name = params.get("name")
        if name not in tools:
            reply["error"] = {"code": -32602, "message": f"unknown tool: {name}"}
        else:
            try:
                text, failed = tools[name][1](**(params.get("arguments") or {})), False
            except Exception as error:
                text, failed = str(error), True
            reply["result"] = {"content": [{"type": "text", "text": text}], "isError": failed}
    else:
        reply["error"] = {"code": -32601, "message": f"unknown method: {method}"}
    return reply
