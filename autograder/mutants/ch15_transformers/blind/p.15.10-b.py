# %% right
# Intent: json.loads decides what is a call; one try around the tool turns whatever goes wrong into an error message.
import json


def parse_call(text):
    try:
        call = json.loads(text)
    except ValueError:
        return None
    return call if isinstance(call, dict) and {"tool", "arguments"} <= call.keys() else None


def run_tools(generate, tools, question, limit=5):
    messages = [{"role": "user", "content": question}]
    n_runs = 0
    while True:
        text = generate([dict(message) for message in messages])
        messages.append({"role": "assistant", "content": text})
        call = parse_call(text)
        if call is None:
            return text, messages
        if n_runs == limit:
            return None, messages
        n_runs += 1
        try:
            content = json.dumps(tools[call["tool"]](**call["arguments"]))
        except Exception as error:
            content = f"error: {type(error).__name__}: {error}"
        messages.append({"role": "tool", "content": content})

# %% wrong: run_tools
# Misconception: models like to talk, so a call is a call wherever in the text its JSON stands.
import re


def run_tools(generate, tools, question, limit=5):
    messages = [{"role": "user", "content": question}]
    n_runs = 0
    while True:
        text = generate([dict(message) for message in messages])
        messages.append({"role": "assistant", "content": text})
        inside = re.search(r"\{.*\}", text, flags=re.DOTALL)
        call = parse_call(inside[0]) if inside else None
        if call is None:
            return text, messages
        if n_runs == limit:
            return None, messages
        n_runs += 1
        try:
            content = json.dumps(tools[call["tool"]](**call["arguments"]))
        except Exception as error:
            content = f"error: {type(error).__name__}: {error}"
        messages.append({"role": "tool", "content": content})

# %% wrong: run_tools
# Misconception: a call that fails has not been run, so it does not count towards the limit.
def run_tools(generate, tools, question, limit=5):
    messages = [{"role": "user", "content": question}]
    n_runs = 0
    for _ in range(1000):
        text = generate([dict(message) for message in messages])
        messages.append({"role": "assistant", "content": text})
        call = parse_call(text)
        if call is None:
            return text, messages
        if n_runs == limit:
            return None, messages
        try:
            content = json.dumps(tools[call["tool"]](**call["arguments"]))
            n_runs += 1
        except Exception as error:
            content = f"error: {type(error).__name__}: {error}"
        messages.append({"role": "tool", "content": content})
    return None, messages
