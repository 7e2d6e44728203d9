"""Hidden checks of chapter 15: chatbots, tools and protocols (p.15.9 to p.15.11)."""

import json

import torch
from numpy.testing import assert_allclose

from autograder.checks.ch15_transformers.inputs_chatbot import Scripted
from autograder.testing import check
from autograder.testing.closed import built_in, choice


@check("p.15.9", core=True, weight=2, hint="For one pair by hand: by how much has each answer's log probability risen?")
def test_loss_of_preferences(student, rng):
    """The loss is that of the docstring, and finite where the model has moved far."""
    for n, beta, scale in ((1, 0.1, 5), (6, 0.5, 3), (4, 0.02, 40), (3, 1.0, 4000)):
        parts = -rng.exponential(scale, (4, n))
        parts[0, 0], parts[3, 0] = parts[1, 0] - scale, parts[2, 0] - scale / 2  # this pair goes the wrong way
        now, before = parts[0] - parts[1], parts[2] - parts[3]
        wanted = -torch.nn.functional.logsigmoid(torch.from_numpy(beta * (now - before))).mean()
        assert_allclose(float(student.dpo_loss(*parts, beta=beta)), float(wanted), rtol=1e-5, atol=1e-12)
    parts = -rng.exponential(9, (4, 3))
    assert_allclose(float(student.dpo_loss(*parts)), float(student.dpo_loss(*parts, beta=0.1)), rtol=1e-6)


ORDER = [
    "pretrain on a large corpus",
    "fine-tune on instructions with good answers",
    "collect which of two answers people like better",
    "tune to these preferences",
    "wrap it in a chat template, with a system prompt and history",
    "deploy, with guardrails and monitoring",
]


@check("p.15.9", hint="What does a model have to be able to do before people can compare its answers?")
def test_steps_in_order(student, rng):
    """The six steps are in their order."""
    found = built_in(choice(student, "P_15_9_CHOICE", "dpo_loss", [-1.0], [-2.0], [-1.0], [-2.0]))
    assert isinstance(found, list)
    assert [str(step).strip() for step in found] == ORDER


def calculator(notes):
    """Tools that write down what they are asked (runs in the student's process)."""

    def add(a, b):
        notes.append(["add", a, b])
        return a + b

    def split(text, parts=2):
        notes.append(["split", text, parts])
        return [text[i::parts] for i in range(parts)]

    def fail(why):
        notes.append(["fail", why])
        raise ValueError(why)

    def now():
        notes.append(["now"])
        return None

    def crash():
        raise ZeroDivisionError("by nothing")

    tools = {"add": add, "split": split, "fail": fail, "plus": add, "now": now, "crash": crash}
    return tools | {"shout": lambda text: text.upper()}


class Notes:
    """A list in the student's process."""

    def __init__(self):
        self.lines = []

    def append(self, line):
        self.lines.append(line)


def _read(text):
    """Return what a text says as JSON."""
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        raise AssertionError("a result is no JSON") from None


def _call(tool, **arguments):
    return json.dumps({"tool": tool, "arguments": arguments})


def _run(student, texts, question, **options):
    """Return what comes out, what the model heard, and what the tools were asked."""
    notes, model = student.probe_(Notes)(), student.probe_(Scripted)(texts)
    answer, messages = student.run_tools(model, student.probe_(calculator)(notes), question, **options)
    told = list(messages)
    assert all(isinstance(message, dict) and message.keys() == {"role", "content"} for message in told)
    told = [(message["role"], message["content"]) for message in told]
    heard = [[(message["role"], message["content"]) for message in call] for call in model.heard]
    return answer, told, heard, [list(line) for line in notes.lines]


@check("p.15.10", core=True, weight=2, hint="What does the model hear the second time, and in which order?")
def test_calls_and_their_results(student, rng):
    """A call is run with its arguments, its result goes back to the model as JSON, and the first text that is no call
    is the answer."""
    a, b = (int(n) for n in rng.integers(1, 99, 2))
    first, second, last = _call("add", a=a, b=b), _call("split", text="abcde"), f"It is {a + b}."
    answer, told, heard, asked = _run(student, [first, f"  {second}\n", last], "how much?")
    assert answer == last
    assert asked == [["add", a, b], ["split", "abcde", 2]]
    assert [role for role, _ in told] == ["user", "assistant", "tool", "assistant", "tool", "assistant"]
    texts = [text for _, text in told]
    assert texts[:2] + texts[3:4] + texts[5:] == ["how much?", first, f"  {second}\n", last]
    assert [_read(text) for text in (texts[2], texts[4])] == [a + b, ["ace", "bd"]]
    assert heard == [told[:1], told[:3], told[:5]]


@check("p.15.10", hint="What does `json.dumps` make of a text, and of None?")
def test_any_result_is_json(student, rng):
    """Whatever a tool returns goes back as JSON: a text, or nothing, as well."""
    text = f"no {int(rng.integers(10, 99))}"
    for call, wanted in (
        (_call("shout", text=text), text.upper()),
        (_call("now"), None),
        (_call("shout", text="1"), "1"),
    ):
        _, told, _, _ = _run(student, [call, "done"], "well?")
        assert told[2][0] == "tool"
        assert _read(told[2][1]) == wanted


@check("p.15.10", hint="Is it an object, with both keys, and nothing around it? What is everything else?")
def test_what_is_no_call(student, rng):
    """A text with words around the JSON, or JSON that is no object with both keys, is an answer."""
    a, b = (int(n) for n in rng.integers(1, 99, 2))
    call = _call("add", a=a, b=b)
    for text in (
        f"I call {call}",
        f"{call} please",
        f"```json\n{call}\n```",
        str(json.loads(call)),  # Python's quotes
        str(a),
        "null",
        f"[{call}]",
        f'"{a}"',
        json.dumps({"tool": "add"}),
        json.dumps({"arguments": {"a": a}}),
        "{}",
        '["tool", "arguments"]',
        "",
    ):
        answer, told, heard, asked = _run(student, [text, "never said"], "well?")
        assert (answer, asked, len(heard)) == (text, [], 1)
        assert told == [("user", "well?"), ("assistant", text)]


@check("p.15.10", hint="What does the model learn from an error that ends the program?")
def test_errors_go_back(student, rng):
    """An unknown tool, wrong arguments, or a tool that raises whatever it may are told to the model as an error, and it
    goes on."""
    a = int(rng.integers(1, 99))
    wrong = [
        _call("divide", a=a, b=2),
        _call("add", a=a, c=2),
        _call("fail", why="broken"),
        json.dumps({"tool": "add", "arguments": [a, 2]}),
        json.dumps({"tool": ["add"], "arguments": {}}),
        json.dumps({"tool": "now", "arguments": None}),
        json.dumps({"tool": "now", "arguments": []}),
        _call("crash"),
    ]
    for text in wrong:
        answer, told, heard, _ = _run(student, [text, _call("plus", a=a, b=1), "done"], "well?")
        assert answer == "done"
        assert [role for role, _ in told] == ["user", "assistant", "tool", "assistant", "tool", "assistant"]
        assert told[2][1].startswith("error: ")
        assert len(told[2][1]) > len("error: ")
        assert _read(told[4][1]) == a + 1
        assert len(heard) == 3


@check("p.15.10", hint="How many calls are run, and how often is the model asked?")
def test_no_endless_calls(student, rng):
    """After `limit` calls, one more is not run, and there is no answer; an answer after so many is one."""
    for limit in (0, 1, 3):
        calls = [_call("add", a=i, b=1) for i in range(limit + 2)]
        answer, told, heard, asked = _run(student, calls, "well?", limit=limit)
        assert answer is None
        assert (len(asked), len(heard)) == (limit, limit + 1)
        assert told[-1] == ("assistant", calls[limit])
        answer, _, _, asked = _run(student, [*calls[:limit], "there"], "well?", limit=limit)
        assert (answer, len(asked)) == ("there", limit)
    answer, _, _, asked = _run(student, [*[_call("fail", why="x")] * 9, "there"], "well?")
    assert (answer, len(asked)) == (None, 5)
    answer, _, heard, _ = _run(student, [*[_call("divide")] * 9, "there"], "well?", limit=2)
    assert (answer, len(heard)) == (None, 3)


def shop(notes):
    """A server's tools (runs in the student's process)."""

    def price(fruit, kilos=1):
        notes.append([fruit, kilos])
        return f"{kilos} x {fruit}"

    def closed():
        raise RuntimeError("the shop is closed")

    def lost():
        raise KeyError("key")

    shelf = {"price": ("says what a fruit costs", price), "closed": ("is never open", closed)}
    return shelf | {"lost": ("has lost its key", lost)}


def _request(method, number, **params):
    return {"jsonrpc": "2.0", "id": number, "method": method, **({"params": params} if params else {})}


def _answered(student, request):
    notes = student.probe_(Notes)()
    found = student.answer_request(request, student.probe_(shop)(notes))
    asked = [list(line) for line in notes.lines]
    assert isinstance(found, dict)
    answer = dict(found)
    assert answer.pop("jsonrpc", None) == "2.0"
    assert answer.pop("id", None) == request["id"]
    assert len(answer) == 1
    return answer, asked


def _inside(answer, key):
    """Return what an answer has under "result" or "error"."""
    assert answer.keys() == {key}
    assert isinstance(answer[key], dict)
    return answer[key]


def _texts(answer):
    result = _inside(answer, "result")
    assert result.keys() == {"content", "isError"}
    content = built_in(result["content"])
    assert isinstance(content, list)
    assert len(content) == 1
    assert isinstance(content[0], dict)
    assert content[0].get("type") == "text"
    return content[0].get("text"), result["isError"]


@check("p.15.11", core=True, weight=2, hint="Which keys has an answer? Compare with the example.")
def test_lists_and_calls_tools(student, rng):
    """The server lists its tools, and calls the one that is asked for with its arguments."""
    number = int(rng.integers(1, 999))
    answer, asked = _answered(student, _request("tools/list", number))
    result = _inside(answer, "result")
    assert result.keys() == {"tools"}
    assert built_in(result["tools"]) == [
        {"name": "price", "description": "says what a fruit costs"},
        {"name": "closed", "description": "is never open"},
        {"name": "lost", "description": "has lost its key"},
    ]
    assert asked == []
    for name, arguments in ((f"id-{number}", {"kilos": number, "fruit": "plum"}), (number, {"fruit": "fig"})):
        answer, asked = _answered(student, _request("tools/call", name, name="price", arguments=arguments))
        kilos = arguments.get("kilos", 1)
        assert asked == [[arguments["fruit"], kilos]]
        text, failed = _texts(answer)
        assert text == f"{kilos} x {arguments['fruit']}"
        assert failed is False


@check(
    "p.15.11", hint="Whose fault is it: the tool's, the caller's, or is there no such method? Each has its own form."
)
def test_what_goes_wrong(student, rng):
    """A tool that raises, also for its arguments, is a result that says so; an unknown tool and an unknown method are
    errors with their codes."""
    answer, _ = _answered(student, _request("tools/call", 0, name="closed"))
    assert _texts(answer) == ("the shop is closed", True)
    answer, _ = _answered(student, _request("tools/call", 3, name="lost", arguments={}))
    assert _texts(answer) == (str(KeyError("key")), True)
    answer, asked = _answered(student, _request("tools/call", 4, name="price", arguments={"colour": "red"}))
    text, failed = _texts(answer)
    assert isinstance(text, str)
    assert failed is True
    assert asked == []
    for request, code in (
        (_request("tools/call", 5, name="steal", arguments={}), -32602),
        (_request("tools/delete", "x", name="price"), -32601),
        (_request("ping", 7), -32601),
    ):
        answer, asked = _answered(student, request)
        error = _inside(answer, "error")
        assert error.get("code") == code
        assert isinstance(error.get("message"), str)
        assert error["message"]
        assert asked == []


@check("p.15.11", hint="What tells a notification from a request? Is 0 an id?")
def test_notifications_get_no_answer(student, rng):
    """A message without an id is never answered, whatever it asks for."""
    for method in ("notifications/initialized", "tools/list", "ping", "tools/call"):
        request = {"jsonrpc": "2.0", "method": method}
        if method == "tools/call":
            request["params"] = {"name": "price", "arguments": {"fruit": "fig"}}
        assert student.answer_request(request, student.probe_(shop)(student.probe_(Notes)())) is None
    answer, _ = _answered(student, _request("tools/list", 0))
    assert "result" in answer
