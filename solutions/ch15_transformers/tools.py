"""Chapter 15, questions on tools and protocols (p.15.10 and p.15.11): the answers."""

import json
from collections.abc import Callable, Mapping
from typing import Any

P_15_10 = """
A language model can only write, so it asks for a tool by writing. The program that runs the chat tells it in the prompt
which tools there are: a name, what each is for, and which arguments it takes, mostly as JSON schemas; many models were
fine-tuned to use such descriptions. When the model thinks that a tool would help, it writes a call in the agreed form,
with the tool's name and arguments, instead of an answer.

The program parses the call, checks it, runs the tool itself, and adds the result to the talk as a message. Then the
model goes on with it: it answers, or calls another tool. There has to be a limit to the rounds, and errors are handed
back like results. The model never runs anything: what it may do is decided by the program.
"""
P_15_10_RUBRIC = """
- 1 point: the prompt describes the tools (or the model was fine-tuned for calls)
- 1 point: the model writes a structured call, with a name and arguments
- 1 point: the program, not the model, runs the tool and hands the result back as a message
- 1 point: the model goes on with the result, to an answer or to another call
"""


def run_tools(
    generate: Callable[[list[dict[str, str]]], str],
    tools: Mapping[str, Callable[..., Any]],
    question: str,
    limit: int = 5,
) -> tuple[str | None, list[dict[str, str]]]:
    """Let a language model use tools until it answers.

    Parameters
    ----------
    generate : the model: gets all messages so far, returns a text. A text that is a
        JSON object with "tool" and "arguments", and nothing around it but white space,
        is a call: tools["…"](**arguments). Any other text is its answer.
    tools : functions, by name. What they return can be written as JSON.
    question : the user's.
    limit : how many calls are run at most.

    Returns
    -------
    answer : the text that is no call. None if a call comes after `limit` others: it is
        not run.
    messages : all of them, dicts of "role" and "content", in order. First the "user"'s
        question. Each text of the model is a message of the "assistant", as it wrote
        it, also the last one; each call that is run is followed by a message of the
        "tool": its result as JSON (`json.dumps`). Where there is no such tool (models
        may write anything there, a list as well), or it raises, or its arguments are no
        object, the content begins with "error: ", then comes what is wrong in words of
        yours; each of these counts as a run, and the model goes on.

    Examples
    --------
    >>> said = iter(['{"tool": "add", "arguments": {"a": 2, "b": 3}}', "It is 5."])
    >>> tools = {"add": lambda a, b: a + b}
    >>> answer, messages = run_tools(lambda _: next(said), tools, "2 + 3?")
    >>> answer, [message["role"] for message in messages], messages[2]["content"]
    ('It is 5.', ['user', 'assistant', 'tool', 'assistant'], '5')
    """
    messages = [{"role": "user", "content": question}]
    for run in range(limit + 1):
        text = generate(list(messages))
        messages.append({"role": "assistant", "content": text})
        call = _call_in(text)
        if call is None:
            return text, messages
        if run < limit:
            messages.append({"role": "tool", "content": _result_of(call, tools)})
    return None, messages


def _call_in(text: str) -> dict[str, Any] | None:
    try:
        call = json.loads(text)
    except json.JSONDecodeError:
        return None
    return call if isinstance(call, dict) and {"tool", "arguments"} <= call.keys() else None


def _result_of(call: dict[str, Any], tools: Mapping[str, Callable[..., Any]]) -> str:
    try:
        return json.dumps(tools[call["tool"]](**call["arguments"]))
    except Exception as error:
        return f"error: {type(error).__name__}: {error}"


P_15_11 = """
The Model Context Protocol is an open standard for how a program with a language model talks to servers that offer
tools and data. Without it, each of m assistants needs an adapter of its own for each of n services; with it, a service
is wrapped in a server once, and any assistant that speaks the protocol can use it.

Messages are JSON-RPC: the client asks what a server has (tools to call, resources to read, prompts to fill in), with a
description and a schema of the arguments, hands that to the model, and calls what the model asks for. It does not make
a server trustworthy: what it returns is data, and which of its tools may be used is for the host and its user to say.
"""
P_15_11_RUBRIC = """
- 1 point: an open protocol that links applications of language models with outside tools and data
- 1 point: what is gained: a standard in place of one integration for each pair of model and service
- 1 point: how: servers offer tools, resources or prompts, and clients list and call them (in JSON-RPC messages)
"""


def answer_request(
    request: Mapping[str, Any], tools: Mapping[str, tuple[str, Callable[..., str]]]
) -> dict[str, Any] | None:
    """Answer a message as a (very small) MCP server does.

    Parameters
    ----------
    request : a JSON-RPC message: "jsonrpc" is "2.0", then "id", "method" and, perhaps,
        "params". One without "id" is a notification.
    tools : for each name, what it is for and the function, which returns a text.

    Returns
    -------
    None for a notification, which is never answered. Else "jsonrpc": "2.0", the
    request's "id", and one of "result" and "error".

    Method "tools/list": the result is {"tools": [{"name": …, "description": …}, …]}, in
    order. Method "tools/call", with params "name" and "arguments" (none: {}): the
    result is {"content": [{"type": "text", "text": …}], "isError": False} with what the
    function returns for the arguments, by name; if it raises, as it does for arguments
    that it doesn't take, "isError" is True and the text is that of the exception,
    `str(error)`. An error is {"code": …, "message": …} with words of yours, and the
    code -32602 if there is no tool of that name, -32601 if there is no such method.

    Examples
    --------
    >>> tools = {"hello": ("greets", lambda name: f"Hello, {name}!")}
    >>> params = {"name": "hello", "arguments": {"name": "Ada"}}
    >>> call = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}
    >>> answer_request(call, tools)["result"]["content"]
    [{'type': 'text', 'text': 'Hello, Ada!'}]
    """
    if "id" not in request:
        return None
    answer: dict[str, Any] = {"jsonrpc": "2.0", "id": request["id"]}
    method, params = request["method"], request.get("params", {})
    if method == "tools/list":
        listed = [{"name": name, "description": about} for name, (about, _) in tools.items()]
        return {**answer, "result": {"tools": listed}}
    if method != "tools/call":
        return {**answer, "error": {"code": -32601, "message": f"no method {method}"}}
    if params.get("name") not in tools:
        return {**answer, "error": {"code": -32602, "message": f"no tool {params.get('name')}"}}
    try:
        text, failed = tools[params["name"]][1](**params.get("arguments", {})), False
    except Exception as error:
        text, failed = str(error), True
    return {**answer, "result": {"content": [{"type": "text", "text": text}], "isError": failed}}
