# %% right
# Intent: ask, write down, see whether the text parses to an object with both keys; run the tool or note the error; go on.
import json


def run_tools(generate, tools, question, limit=5):
    messages = [{"role": "user", "content": question}]
    n_runs = 0
    while True:
        text = generate(list(messages))
        messages.append({"role": "assistant", "content": text})
        try:
            call = json.loads(text.strip())
        except ValueError:
            return text, messages
        if not isinstance(call, dict) or "tool" not in call or "arguments" not in call:
            return text, messages
        if n_runs >= limit:
            return None, messages
        n_runs += 1
        name, arguments = call["tool"], call["arguments"]
        if not isinstance(name, str) or name not in tools:
            content = f"error: there is no tool {name!r}"
        elif not isinstance(arguments, dict):
            content = "error: the arguments are not a JSON object"
        else:
            try:
                content = json.dumps(tools[name](**arguments))
            except Exception as problem:
                content = f"error: {type(problem).__name__}: {problem}"
        messages.append({"role": "tool", "content": content})

# %% wrong: run_tools
# Misconception: the limit is on calls that work; one that fails was not run, so it does not count.
def run_tools(generate, tools, question, limit=5):
    messages = [{"role": "user", "content": question}]
    n_runs = 0
    for _ in range(1000):
        text = generate(list(messages))
        messages.append({"role": "assistant", "content": text})
        try:
            call = json.loads(text)
        except ValueError:
            return text, messages
        if not isinstance(call, dict) or "tool" not in call or "arguments" not in call:
            return text, messages
        if n_runs >= limit:
            return None, messages
        try:
            content = json.dumps(tools[call["tool"]](**call["arguments"]))
            n_runs += 1
        except Exception as problem:
            content = f"error: {problem}"
        messages.append({"role": "tool", "content": content})
    return None, messages

# %% wrong: run_tools
# Misconception: a model chats around its calls, so whatever stands between the first { and the last } is a call.
def run_tools(generate, tools, question, limit=5):
    messages = [{"role": "user", "content": question}]
    n_runs = 0
    while True:
        text = generate(list(messages))
        messages.append({"role": "assistant", "content": text})
        try:
            call = json.loads(text[text.index("{") : text.rindex("}") + 1])
            name, arguments = call["tool"], call["arguments"]
        except (ValueError, KeyError):
            return text, messages
        if n_runs >= limit:
            return None, messages
        n_runs += 1
        try:
            content = json.dumps(tools[name](**arguments))
        except Exception as problem:
            content = f"error: {problem}"
        messages.append({"role": "tool", "content": content})
