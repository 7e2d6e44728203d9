"""Chapter 15, tools and protocols (p.15.10 and p.15.11): wrong answers, and right ones."""

import ast
import json
import re

from autograder.testing import alternative, mutant
from solutions.ch15_transformers.tools import answer_request, run_tools

# ---------------------------------------------------------------- p.15.10


def _parsed(text):
    try:
        call = json.loads(text)
    except ValueError:
        return None
    return call if isinstance(call, dict) and {"tool", "arguments"} <= call.keys() else None


def _ran(call, tools, dump=json.dumps):
    try:
        return dump(tools[call["tool"]](**call["arguments"]))
    except Exception as error:
        return f"error: {error!r}"


def _looped(generate, tools, question, limit, parse=_parsed, result=_ran, role="tool", heard=list, noted=True):
    messages = [{"role": "user", "content": question}]
    for run in range(limit + 1):
        text = generate(heard(messages))
        call = parse(text)
        if noted or call is None:
            messages.append({"role": "assistant", "content": text})
        if call is None:
            return text, messages
        if run < limit:
            messages.append({"role": role, "content": result(call, tools)})
    return None, messages


def _counted(generate, tools, question, limit, counts):
    messages, runs = [{"role": "user", "content": question}], 0
    while True:
        text = generate(list(messages))
        messages.append({"role": "assistant", "content": text})
        call = _parsed(text)
        if call is None or runs == limit:
            return (text if call is None else None), messages
        messages.append({"role": "tool", "content": _ran(call, tools)})
        runs += counts(call, messages[-1]["content"])


@mutant("p.15.10", replaces="run_tools", fails="test_calls_and_their_results")
def result_is_the_answer(generate, tools, question, limit=5):
    """You return the tool's result as the answer: it goes back to the model, which says what it makes of it."""
    messages = [{"role": "user", "content": question}]
    text = generate(list(messages))
    messages.append({"role": "assistant", "content": text})
    call = _parsed(text)
    return (text if call is None else _ran(call, tools)), messages


@mutant("p.15.10", replaces="run_tools", fails="test_calls_and_their_results")
def model_is_not_told(generate, tools, question, limit=5):
    """The model always hears the question alone: hand it all messages so far."""
    return _looped(generate, tools, question, limit, heard=lambda messages: messages[:1])


@mutant("p.15.10", replaces="run_tools", fails="test_calls_and_their_results")
def calls_not_noted(generate, tools, question, limit=5):
    """The model's calls are not among your messages: it has to see what it asked for."""
    return _looped(generate, tools, question, limit, noted=False)


@mutant("p.15.10", replaces="run_tools", fails="test_calls_and_their_results")
def in_pythons_own_words(generate, tools, question, limit=5):
    """You write results as Python does: JSON has double quotes, true and null."""
    return _looped(generate, tools, question, limit, result=lambda call, tools: _ran(call, tools, str))


@mutant("p.15.10", replaces="run_tools", fails="test_calls_and_their_results")
def in_the_user_s_name(generate, tools, question, limit=5):
    """You hand results back in the user's name: their role is "tool"."""
    return _looped(generate, tools, question, limit, role="user")


@mutant("p.15.10", replaces="run_tools", fails="test_what_is_no_call")
def found_in_the_middle(generate, tools, question, limit=5):
    """You take a call out of the middle of a text: who explains what a call looks like does not make one."""

    def parse(text):
        found = re.search(r"\{.*\}", text, flags=re.DOTALL)
        return _parsed(found[0]) if found else None

    return _looped(generate, tools, question, limit, parse=parse)


@mutant("p.15.10", replaces="run_tools", fails="test_what_is_no_call")
def any_json_is_a_call(generate, tools, question, limit=5):
    """You take any JSON for a call: a call is an object with "tool" and "arguments"."""

    def parse(text):
        try:
            found = json.loads(text)
        except ValueError:
            return None
        return found if isinstance(found, dict) else {"tool": None, "arguments": {}}

    return _looped(generate, tools, question, limit, parse=parse)


@mutant("p.15.10", replaces="run_tools", fails="test_errors_go_back")
def errors_end_it(generate, tools, question, limit=5):
    """A tool's error ends your loop: tell the model, which can try something else."""
    return _looped(
        generate,
        tools,
        question,
        limit,
        result=lambda call, tools: json.dumps(tools[call["tool"]](**call["arguments"])),
    )


@mutant("p.15.10", replaces="run_tools", fails="test_errors_go_back")
def unknown_tools_only(generate, tools, question, limit=5):
    """You catch unknown tools only: arguments can be wrong as well, and a tool can raise."""

    def result(call, tools):
        if str(call["tool"]) not in tools:
            return f"error: there is no {call['tool']}"
        return json.dumps(tools[call["tool"]](**call["arguments"]))

    return _looped(generate, tools, question, limit, result=result)


@mutant("p.15.10", replaces="run_tools", fails="test_no_endless_calls")
def one_run_too_many(generate, tools, question, limit=5):
    """You run one call more than `limit`."""
    return run_tools(generate, tools, question, limit + 1)


@mutant("p.15.10", replaces="run_tools", fails="test_no_endless_calls")
def unknown_tools_are_free(generate, tools, question, limit=5):
    """You don't count calls of unknown tools: a model that calls nothing else would never come to an end."""
    return _counted(generate, tools, question, limit, lambda call, result: str(call["tool"]) in tools)


@mutant("p.15.10", replaces="run_tools", fails="test_no_endless_calls")
def failures_are_free(generate, tools, question, limit=5):
    """You don't count calls that fail: a model that makes the same mistake again would never come to an end."""
    return _counted(generate, tools, question, limit, lambda call, result: not result.startswith("error: "))


@mutant("p.15.10", replaces="run_tools", fails="test_no_endless_calls")
def not_asked_after_the_last(generate, tools, question, limit=5):
    """You stop after the last call that may be run: the model has still to say what it makes of its result."""
    answer, messages = _looped(generate, tools, question, limit - 1)
    if answer is None and limit:
        call = _parsed(messages[-1]["content"])
        messages.append({"role": "tool", "content": _ran(call, tools)})
    return answer, messages


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


@alternative("p.15.10", replaces="run_tools")
def calling_itself(generate, tools, question, limit=5):
    """Goes on with itself for each round; tuples for the pair."""

    def onwards(messages, left):
        text = generate(messages)
        messages = [*messages, {"role": "assistant", "content": text}]
        call = _parsed(text.strip())
        if call is None or not left:
            return (None if call is not None else text), messages
        return onwards([*messages, {"role": "tool", "content": _ran(call, tools)}], left - 1)

    return onwards([{"role": "user", "content": question}], limit)


# ---------------------------------------------------------------- p.15.11


@mutant("p.15.11", replaces="answer_request", fails="test_lists_and_calls_tools")
def names_only(request, tools):
    """You list the names alone: a model chooses tools by their descriptions."""
    answer = answer_request(request, tools)
    if answer and request["method"] == "tools/list":
        answer["result"] = {"tools": [{"name": name} for name in tools]}
    return answer


@mutant("p.15.11", replaces="answer_request", fails="test_lists_and_calls_tools")
def bare_text(request, tools):
    """You return the text by itself: the content is a list of parts, each with its type."""
    answer = answer_request(request, tools)
    if answer and request["method"] == "tools/call" and "result" in answer:
        answer["result"]["content"] = answer["result"]["content"][0]["text"]
    return answer


@mutant("p.15.11", replaces="answer_request", fails="test_lists_and_calls_tools")
def own_numbers(request, tools):
    """Your answers have numbers of your own: the id is the request's, so that the client knows what was answered."""
    answer = answer_request(request, tools)
    return answer and {**answer, "id": 1 if request["id"] != 1 else 2}


@mutant("p.15.11", replaces="answer_request", fails="test_what_goes_wrong")
def tools_errors_are_errors(request, tools):
    """A tool that raises is no error of the protocol: the model is to read about it, in a result with `isError`."""
    answer = answer_request(request, tools)
    if answer and answer.get("result", {}).get("isError"):
        text = answer.pop("result")["content"][0]["text"]
        answer["error"] = {"code": -32603, "message": text}
    return answer


@mutant("p.15.11", replaces="answer_request", fails="test_what_goes_wrong")
def one_code_for_all(request, tools):
    """An unknown tool is a wrong parameter, -32602, and not an unknown method."""
    answer = answer_request(request, tools)
    if answer and "error" in answer:
        answer["error"]["code"] = -32601
    return answer


@mutant("p.15.11", replaces="answer_request", fails="test_what_goes_wrong")
def any_key_error_is_the_name(request, tools):
    """You take a tool's own KeyError for an unknown name: look the tool up first, and call it afterwards."""
    params = request.get("params", {})
    try:
        if request["method"] == "tools/call" and "id" in request:
            tools[params["name"]][1](**params.get("arguments", {}))
    except KeyError:
        return {"jsonrpc": "2.0", "id": request["id"], "error": {"code": -32602, "message": "no such tool"}}
    except Exception:
        return answer_request(request, tools)
    return answer_request(request, tools)


@mutant("p.15.11", replaces="answer_request", fails="test_what_goes_wrong")
def always_fine(request, tools):
    """You don't say that a tool has failed: `isError` is True then."""
    answer = answer_request(request, tools)
    if answer and "result" in answer and request["method"] == "tools/call":
        answer["result"]["isError"] = False
    return answer


@mutant("p.15.11", replaces="answer_request", fails="test_notifications_get_no_answer")
def answers_everything(request, tools):
    """You answer notifications: what has no id is never answered."""
    return answer_request({"id": None, **request}, tools)


@mutant("p.15.11", replaces="answer_request", fails="test_notifications_get_no_answer")
def zero_is_no_id(request, tools):
    """You take the id 0 for none: ask whether the key is there."""
    return answer_request(request, tools) if request.get("id") or request.get("method") != "tools/list" else None


def _called(request, tools, run=lambda function, arguments: function(**arguments), caught=Exception):
    """Answer a call of a tool that is there; leave all else to the reference."""
    params = request.get("params", {})
    if "id" not in request or request["method"] != "tools/call" or params.get("name") not in tools:
        return answer_request(request, tools)
    try:
        text, failed = run(tools[params["name"]][1], params.get("arguments", {})), False
    except caught as error:
        text, failed = str(error), True
    result = {"content": [{"type": "text", "text": text}], "isError": failed}
    return {"jsonrpc": "2.0", "id": request["id"], "result": result}


@mutant("p.15.11", replaces="answer_request", fails="test_lists_and_calls_tools")
def by_position(request, tools):
    """You hand arguments over in the order in which they come: hand them over by name, with `**`."""
    return _called(request, tools, lambda function, arguments: function(*arguments.values()))


@mutant("p.15.11", replaces="answer_request", fails="test_what_goes_wrong")
def wrong_arguments_refused(request, tools):
    """Arguments that a tool does not take are no error of the protocol here: it raises, and the result says so."""
    try:
        return _called(request, tools, caught=(KeyError, ValueError, RuntimeError))
    except TypeError as error:
        return {"jsonrpc": "2.0", "id": request["id"], "error": {"code": -32602, "message": str(error)}}


@mutant("p.15.11", replaces="answer_request", fails="test_what_goes_wrong")
def some_exceptions_only(request, tools):
    """You catch some exceptions only, and another one ends the server: a tool may raise any."""
    return _called(request, tools, caught=(KeyError, ValueError, RuntimeError))


@mutant("p.15.11", replaces="answer_request", fails="test_notifications_get_no_answer")
def calls_always_answered(request, tools):
    """You answer a call that has no id: a notification is never answered, whatever its method is."""
    return answer_request({"id": None, **request} if request["method"] == "tools/call" else request, tools)


@alternative("p.15.11", replaces="answer_request")
def by_method(request, tools):
    """With a function for each method, found by its name."""

    class Refused(Exception):
        pass

    def listing(params):
        return {"tools": [dict(name=name, description=tools[name][0]) for name in tools]}  # noqa: C408

    def call(params):
        try:
            _, function = tools[params.get("name")]
        except KeyError:
            raise Refused(-32602) from None
        result = {"isError": False}
        try:
            text = function(**(params.get("arguments") or {}))
        except Exception as error:
            text, result["isError"] = str(error), True
        return {**result, "content": [{"text": text, "type": "text"}]}

    methods = {"tools/list": listing, "tools/call": call}
    answer = {"id": request.get("id"), "jsonrpc": "2.0"}
    if "id" not in request:
        return None
    try:
        if request["method"] not in methods:
            raise Refused(-32601)
        answer["result"] = methods[request["method"]](request.get("params") or {})
    except Refused as refused:
        answer["error"] = {"code": refused.args[0], "message": "refused"}
    return answer
