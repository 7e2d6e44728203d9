# %% right
# Intent: one envelope, one small function per method, looked up in a dict.
def answer_request(request, tools):
    if "id" not in request:
        return None
    params = request.get("params") or {}

    def fail(code, message):
        return {"error": {"code": code, "message": message}}

    def list_tools():
        return {"result": {"tools": [{"name": name, "description": about} for name, (about, _) in tools.items()]}}

    def call_tool():
        name = params.get("name")
        if not isinstance(name, str) or name not in tools:
            return fail(-32602, f"there is no tool {name!r}")
        _, function = tools[name]
        try:
            text, failed = function(**(params.get("arguments") or {})), False
        except Exception as error:
            text, failed = str(error), True
        return {"result": {"content": [{"type": "text", "text": text}], "isError": failed}}

    methods = {"tools/list": list_tools, "tools/call": call_tool}
    method = request.get("method")
    body = methods[method]() if method in methods else fail(-32601, f"there is no method {method!r}")
    return {"jsonrpc": "2.0", "id": request["id"], **body}

# %% wrong: answer_request
# Misconception: a tool that raises is an error of the protocol (internal error, -32603), like any other failure.
def answer_request(request, tools):
    if "id" not in request:
        return None
    answer = {"jsonrpc": "2.0", "id": request["id"]}
    params = request.get("params") or {}
    match request.get("method"):
        case "tools/list":
            return answer | {"result": {"tools": [{"name": n, "description": about} for n, (about, _) in tools.items()]}}
        case "tools/call":
            name = params.get("name")
            if name not in tools:
                return answer | {"error": {"code": -32602, "message": f"no tool {name}"}}
            try:
                text = tools[name][1](**(params.get("arguments") or {}))
            except Exception as error:
                return answer | {"error": {"code": -32603, "message": str(error)}}
            return answer | {"result": {"content": [{"type": "text", "text": text}], "isError": False}}
    return answer | {"error": {"code": -32601, "message": "no such method"}}

# %% wrong: answer_request
# Misconception: a notification is a message whose method says so ("notifications/..."); every other message is answered, with
# or without an id.
def answer_request(request, tools):
    if str(request.get("method")).startswith("notifications/"):
        return None
    answer = {"jsonrpc": "2.0", "id": request.get("id")}
    params = request.get("params") or {}
    match request.get("method"):
        case "tools/list":
            return answer | {"result": {"tools": [{"name": n, "description": about} for n, (about, _) in tools.items()]}}
        case "tools/call":
            name = params.get("name")
            if name not in tools:
                return answer | {"error": {"code": -32602, "message": f"no tool {name}"}}
            try:
                text, failed = tools[name][1](**(params.get("arguments") or {})), False
            except Exception as error:
                text, failed = str(error), True
            return answer | {"result": {"content": [{"type": "text", "text": text}], "isError": failed}}
    return answer | {"error": {"code": -32601, "message": "no such method"}}
