"""Chapter 15, tools and their servers (p.15.10 and p.15.11): more wrong answers."""

import ast
import json

from autograder.mutants.ch15_transformers.chatting import _looped, _parsed, _ran
from autograder.testing import mutant
from solutions.ch15_transformers.chatting import answer_request

# ---------------------------------------------------------------- p.15.10


@mutant("p.15.10", replaces="run_tools", fails="test_any_result_is_json")
def texts_as_they_are(generate, tools, question, limit=5):
    """You hand a text back as it is: it is a result like any other, and as JSON it has quotes."""

    def dump(result):
        return result if isinstance(result, str) else json.dumps(result)

    return _looped(generate, tools, question, limit, result=lambda call, tools: _ran(call, tools, dump))


@mutant("p.15.10", replaces="run_tools", fails="test_what_is_no_call")
def fences_taken_off(generate, tools, question, limit=5):
    """You take a call out of its fences: nothing but white space may stand around it."""
    parse = lambda text: _parsed(text.strip().removeprefix("```json").strip("`"))  # noqa: E731
    return _looped(generate, tools, question, limit, parse=parse)


@mutant("p.15.10", replaces="run_tools", fails="test_what_is_no_call")
def dicts_of_python(generate, tools, question, limit=5):
    """You take a dict of Python's for JSON, which has double quotes: read it with `json.loads`."""

    def parse(text):
        try:
            call = ast.literal_eval(text.strip())
        except (ValueError, SyntaxError):
            return _parsed(text)
        return call if isinstance(call, dict) and {"tool", "arguments"} <= call.keys() else None

    return _looped(generate, tools, question, limit, parse=parse)


@mutant("p.15.10", replaces="run_tools", fails="test_errors_go_back")
def a_few_kinds_of_errors(generate, tools, question, limit=5):
    """You catch a few kinds of errors: a tool may raise any. `except Exception` catches them all."""

    def result(call, tools):
        try:
            return json.dumps(tools[call["tool"]](**call["arguments"]))
        except (KeyError, TypeError, ValueError) as error:
            return f"error: {error!r}"

    return _looped(generate, tools, question, limit, result=result)


@mutant("p.15.10", replaces="run_tools", fails="test_errors_go_back")
def nothing_for_no_arguments(generate, tools, question, limit=5):
    """You take null, or an empty list, for no arguments: they are no object, which is an error."""
    result = lambda call, tools: _ran({**call, "arguments": call["arguments"] or {}}, tools)  # noqa: E731
    return _looped(generate, tools, question, limit, result=result)


@mutant("p.15.10", replaces="run_tools", fails="test_no_endless_calls")
def zero_is_no_limit(generate, tools, question, limit=5):
    """You take a limit of 0 for none: then no call is run."""
    return _looped(generate, tools, question, limit or 5)


# ---------------------------------------------------------------- p.15.11


def _called(request, tools, call):
    """Answer a call of a tool that is there by `call`; leave all else to the reference."""
    params = request.get("params", {})
    if "id" not in request or request["method"] != "tools/call" or params.get("name") not in tools:
        return answer_request(request, tools)
    return {"jsonrpc": "2.0", "id": request["id"], **call(tools[params["name"]][1], params.get("arguments", {}))}


@mutant("p.15.11", replaces="answer_request", fails="test_lists_and_calls_tools")
def by_position(request, tools):
    """You hand arguments over in the order in which they come: hand them over by name, with `**`."""

    def call(function, arguments):
        try:
            text, failed = function(*arguments.values()), False
        except Exception as error:
            text, failed = str(error), True
        return {"result": {"content": [{"type": "text", "text": text}], "isError": failed}}

    return _called(request, tools, call)


@mutant("p.15.11", replaces="answer_request", fails="test_what_goes_wrong")
def wrong_arguments_refused(request, tools):
    """Arguments that a tool does not take are no error of the protocol here: it raises, and the result says so."""

    def call(function, arguments):
        try:
            text, failed = function(**arguments), False
        except TypeError as error:
            return {"error": {"code": -32602, "message": str(error)}}
        except Exception as error:
            text, failed = str(error), True
        return {"result": {"content": [{"type": "text", "text": text}], "isError": failed}}

    return _called(request, tools, call)


@mutant("p.15.11", replaces="answer_request", fails="test_what_goes_wrong")
def some_exceptions_only(request, tools):
    """You catch some exceptions only, and another one ends the server: a tool may raise any."""

    def call(function, arguments):
        try:
            text, failed = function(**arguments), False
        except (KeyError, ValueError, RuntimeError) as error:
            text, failed = str(error), True
        return {"result": {"content": [{"type": "text", "text": text}], "isError": failed}}

    return _called(request, tools, call)


@mutant("p.15.11", replaces="answer_request", fails="test_notifications_get_no_answer")
def calls_always_answered(request, tools):
    """You answer a call that has no id: a notification is never answered, whatever its method is."""
    return answer_request({"id": None, **request} if request["method"] == "tools/call" else request, tools)
