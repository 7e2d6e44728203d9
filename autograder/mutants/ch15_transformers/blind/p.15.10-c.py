# %% right
# Intent: two small functions, one that reads a call (or None) and one that runs it to a text; the loop only keeps the messages.
import json


def read_call(text):
    try:
        said = json.loads(text.strip())
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) and {"tool", "arguments"} <= said.keys() else None


def outcome(call, tools):
    name, arguments = call["tool"], call["arguments"]
    if not isinstance(name, str) or name not in tools:
        return f"error: there is no tool {name!r}"
    if not isinstance(arguments, dict):
        return "error: the arguments have to be a JSON object"
    try:
        return json.dumps(tools[name](**arguments))
    except Exception as problem:
        return f"error: {type(problem).__name__}: {problem}"


def run_tools(generate, tools, question, limit=5):
    messages = [{"role": "user", "content": question}]
    n_run = 0
    while True:
        text = generate(list(messages))
        messages.append({"role": "assistant", "content": text})
        call = read_call(text)
        if call is None:
            return text, messages
        if n_run >= limit:
            return None, messages
        n_run += 1
        messages.append({"role": "tool", "content": outcome(call, tools)})

# %% wrong: run_tools
# Misconception: models talk around their calls, so a call is any JSON object somewhere in the text.
def run_tools(generate, tools, question, limit=5):
    messages = [{"role": "user", "content": question}]
    n_run = 0
    while True:
        text = generate(list(messages))
        messages.append({"role": "assistant", "content": text})
        call = read_call(text[text.find("{") : text.rfind("}") + 1])
        if call is None:
            return text, messages
        if n_run >= limit:
            return None, messages
        n_run += 1
        messages.append({"role": "tool", "content": outcome(call, tools)})

# %% wrong: run_tools
# Misconception: a call that failed was not run, so it does not count towards the limit.
def run_tools(generate, tools, question, limit=5):
    messages = [{"role": "user", "content": question}]
    n_run = 0
    for _ in range(1000):
        text = generate(list(messages))
        messages.append({"role": "assistant", "content": text})
        call = read_call(text)
        if call is None:
            return text, messages
        if n_run >= limit:
            return None, messages
        result = outcome(call, tools)
        n_run += not result.startswith("error: ")
        messages.append({"role": "tool", "content": result})
    return None, messages
