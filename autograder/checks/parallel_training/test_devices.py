"""Hidden checks of training on several devices: what is where (tf1.12.1 to tf1.12.4)."""

from autograder.checks.parallel_training.inputs import all_chosen
from autograder.testing import StudentRaised, check
from autograder.testing.closed import ask_all, built_in, choice


def _gpu(visible, index, n_gpus):
    seen = list(range(n_gpus))
    if visible is not None:
        words = [word.strip() for word in visible.split(",")]
        known = [word in {str(number) for number in seen} for word in words]
        seen = [int(word) for word in words[: [*known, False].index(False)]]
    return dict(enumerate(seen)).get(index)


@check("tf1.12.1", core=True, hint="`cuda:0` is the first of those that are listed. What ends the list?")
def test_the_gpu_that_is_meant(student, rng):
    """The GPU is right for any list of visible ones: none given, an empty one, in another order, cut off by -1."""
    cases = [(None, 0, 2), (None, 2, 2), ("", 0, 3), ("-1", 0, 3), ("2", 0, 3), ("2", 1, 3), ("7,0", 0, 4)]
    for _ in range(40):
        n_gpus = int(rng.integers(1, 6))
        listed = [str(number) for number in rng.permutation(n_gpus)[: rng.integers(1, n_gpus + 1)]]
        if rng.random() < 0.4:
            listed.insert(int(rng.integers(0, len(listed) + 1)), str(rng.choice([-1, n_gpus, n_gpus + 3])))
        cases.append((str(rng.choice([",", ", "])).join(listed), int(rng.integers(0, len(listed) + 1)), n_gpus))
    ask_all(student.physical_gpu, _gpu, cases)


def _events(rng, n):
    events, there = [], []
    for number in range(n):
        kind = rng.choice(["new", "new", "delete", "empty"], p=[0.35, 0.2, 0.35, 0.1])
        if kind == "new":
            there.append(f"t{number}")
            events.append(("new", there[-1], int(rng.integers(1, 30))))
        elif kind == "delete" and there:
            events.append(("delete", there.pop(int(rng.integers(0, len(there)))), 0))
        elif kind == "empty":
            events.append(("empty", "", 0))
    return events


def _memory(events):
    """By a table of all blocks, each with its size and how much of it is in use: None for a kept one."""
    blocks, where = [], {}
    for what, name, size in events:
        if what == "new":
            fitting = [block for block in blocks if block[1] is None and block[0] >= size]
            if not fitting:
                fitting = [[size, None]]
                blocks.append(fitting[0])
            where[name] = min(fitting, key=lambda block: block[0])
            where[name][1] = size
        elif what == "delete":
            where.pop(name)[1] = None
        else:
            blocks = [block for block in blocks if block[1] is not None]
    return [sum(block[1] or 0 for block in blocks), sum(block[0] for block in blocks)]


@check("tf1.12.1", core=True, hint="A deleted tensor's block stays with the process. Who gets it, and all of it?")
def test_allocated_and_reserved(student, rng):
    """What is in use and what is taken from the GPU are right after any events: new, deleted, reused, given back; with
    blocks that fit exactly, several that are large enough, and two of one size."""
    size = int(rng.integers(5, 30))
    three = [("new", "a", 3 * size), ("new", "b", 2 * size), ("new", "c", 4 * size)]
    again = [("new", "d", 2 * size - 1), ("new", "e", 4 * size), ("new", "f", 3 * size)]
    cases = [([("new", "a", size), ("delete", "a", 0), ("new", "b", size)],)]
    cases += [([*three, *(("delete", name, 0) for name in names), *again],) for names in ("abc", "cba")]
    cases += [([("new", "a", size), ("new", "b", size), ("delete", "b", 0), ("delete", "a", 0), ("new", "a", size)],)]
    cases += [([],)] + [(_events(rng, int(n)),) for n in rng.integers(2, 25, 40)]
    ask_all(lambda events: built_in(student.allocator_memory(events)), _memory, cases)


def _module(places):
    """Probe: a module in which tensors of all kinds are on several devices. `places`: for each name its kind and
    device."""
    import torch
    from torch import nn

    root = nn.Module()
    for path, (kind, device) in places.items():
        *parents, name = path.split(".")
        module = root
        for parent in parents:
            if parent not in module._modules:
                module.add_module(parent, nn.Module())
            module = module._modules[parent]
        value = torch.empty(2, device=device)
        if kind == "parameter":
            module.register_parameter(name, nn.Parameter(value))
        elif kind == "attribute":
            setattr(module, name, value)
        elif kind == "list":
            setattr(module, name, [value])
        elif kind == "nothing":  # as the bias of a layer without one
            module.register_parameter(name, None)
        else:
            module.register_buffer(name, value, persistent=kind == "buffer")
    return root


@check("tf1.12.2", core=True, hint="What does `state_dict` not show? Look into `vars(module)` of each module.")
def test_what_is_left_behind(student, rng):
    """All tensors elsewhere are found, and no others: parameters, buffers, unsaved buffers, plain attributes."""
    kinds = ["parameter", "buffer", "unsaved", "attribute", "list", "nothing"]

    def drawn():
        paths = [str(path) for path in rng.permutation(["a", "net.w", "net.b", "net.deep.w", "out.w", "out.0.s", "z"])]
        return {path: (str(rng.choice(kinds)), str(rng.choice(["cpu", "meta"]))) for path in paths}

    def wanted(places, device):
        return sorted(path for path, (kind, where) in places.items() if kind in kinds[:4] and where != device)

    depths = {"w": "cpu", "x.y": "cpu", "x.deep.v": "cpu", "x.z": "meta"}
    cases = [({path: (kind, where) for path, where in depths.items()}, "meta") for kind in kinds]
    cases += [(drawn(), str(rng.choice(["cpu", "meta"]))) for _ in range(10)]
    module = student.probe_(_module)
    ask_all(lambda places, device: student.left_behind(module(places), device), wanted, cases)


def _placed(operations, n_gpus, soft):
    found = []
    for pinned, kernel in operations:
        kind, number = (pinned or "none:0").split(":")
        fits = kind == "cpu" or (kind == "gpu" and kernel and int(number) < n_gpus)
        if not fits and pinned and not soft:
            return "error"
        found.append(pinned if fits else "gpu:0" if kernel and n_gpus else "cpu:0")
    return found


def _asked(student, *case):
    try:
        return built_in(student.placed(*case))
    except StudentRaised as error:
        return "error" if error.type_name == "ValueError" else "another error"


@check("tf1.12.3", core=True, hint="Two questions for each: where may it go? Is what it is pinned to among that?")
def test_operations_are_placed(student, rng):
    """Each operation is placed rightly, pinned or not, with and without a GPU kernel, soft or not; or it's an error."""
    places = [None, None, "cpu:0", "gpu:0", "gpu:1", "gpu:2"]
    cases = []
    for number in range(40):
        size = int(rng.integers(1, 4))
        operations = [(places[int(rng.integers(6))], bool(rng.random() < 0.6)) for _ in range(size)]
        cases.append((operations, number % 4, bool(rng.random() < 0.6)))
    cases += [([("gpu:0", False)], 1, False), ([(None, False)], 1, False), ([("gpu:1", True)], 1, True)]
    cases += [([(None, True), (None, False), (None, True), (None, True)], 3, False)]  # the first GPU, for all of them
    ask_all(lambda *case: _asked(student, *case), _placed, cases)


DEVICES = ("cpu", "cuda:0", "cuda:1", "error")


@check("tf1.12.3")
def test_where_pytorch_puts_it(student, rng):
    """For each tensor of PyTorch the right device is chosen."""
    right = {
        "plain": "cpu",
        "context": "cuda:1",
        "from_numpy": "cpu",
        "layer": "cpu",
        "result": "cuda:1",
        "like": "cuda:0",
    }
    all_chosen(choice(student, "TF1_12_3_CHOICE", "placed", [(None, True)], 1, False), right, DEVICES)


def _sum(one, other):
    (here, dims), (there, others) = one, other
    moved = {here} - ({"cpu"} if dims == 0 else set()), {there} - ({"cpu"} if others == 0 else set())
    fixed = moved[0] | moved[1] or {"cpu"}
    return "error" if len(fixed) > 1 else fixed.pop()


@check("tf1.12.4", core=True, hint='Try it with `"meta"` and `"cpu"`: which of the two may be a single number?')
def test_where_the_sum_is(student, rng):
    """The device of the sum is right, or the error, for tensors of any devices and numbers of dimensions."""
    tensors = [(device, dims) for device in ("cpu", "cuda:0", "cuda:1") for dims in (0, 1, 2)]
    cases = [(one, other) for one in tensors for other in tensors]
    ask_all(student.device_of_sum, _sum, [cases[number] for number in rng.permutation(len(cases))])


@check("tf1.12.4")
def test_what_just_works(student, rng):
    """For each case it is said rightly whether it works."""
    right = dict.fromkeys(("graph, one machine", "graph, cluster", "torch, number", "torch, .to"), "works")
    right |= {"torch, sum": "error", "torch, layer": "error", "torch, copy_": "works"}
    answer = choice(student, "TF1_12_4_CHOICE", "device_of_sum", ("cpu", 1), ("cuda:0", 1))
    all_chosen(answer, right, ("works", "error"))
