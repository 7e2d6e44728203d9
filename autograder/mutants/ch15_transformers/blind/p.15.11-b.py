# %% right
# Intent: a match on the method; the reply's frame is made once, what is in it depends on the case.
def answer_request(request, tools):
    if "id" not in request:
        return None
    reply = {"jsonrpc": "2.0", "id": request["id"]}
    params = request.get("params") or {}
    match request.get("method"):
        case "tools/list":
            listed = [{"name": name, "description": about} for name, (about, _) in tools.items()]
            return reply | {"result": {"tools": listed}}
        case "tools/call":
            name = params.get("name")
            if name not in tools:
                return reply | {"error": {"code": -32602, "message": f"unknown tool: {name}"}}
            try:
                text, failed = tools[name][1](**(params.get("arguments") or {})), False
            except Exception as error:
                text, failed = str(error), True
            return reply | {"result": {"content": [{"type": "text", "text": text}], "isError": failed}}
        case method:
            return reply | {"error": {"code": -32601, "message": f"unknown method: {method}"}}

# %% wrong: answer_request
# Misconception: a tool that raises is an error of the protocol, an internal one (-32603).
right_answer_request = answer_request


def answer_request(request, tools):
    reply = right_answer_request(request, tools)
    if reply and reply.get("result", {}).get("isError"):
        message = reply["result"]["content"][0]["text"]
        return {"jsonrpc": "2.0", "id": request["id"], "error": {"code": -32603, "message": message}}
    return reply

# %% wrong: answer_request
# Misconception: notifications are the messages whose method says so; all others are answered, with id None if need be.
def answer_request(request, tools):
    if request["method"].startswith("notifications/"):
        return None
    reply = {"jsonrpc": "2.0", "id": request.get("id")}
    params = request.get("params") or {}
    if request["method"] == "tools/list":
        return reply | {"result": {"tools": [{"name": name, "description": tools[name][0]} for name in tools]}}
    if request["method"] != "tools/call":
        return reply | {"error": {"code": -32601, "message": "no such method"}}
    if params.get("name") not in tools:
        return reply | {"error": {"code": -32602, "message": "no such tool"}}
    try:
        text, failed = tools[params["name"]][1](**params.get("arguments", {})), False
    except Exception as error:
        text, failed = str(error), True
    return reply | {"result": {"content": [{"type": "text", "text": text}], "isError": failed}}
