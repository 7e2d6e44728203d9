# %% right
# Intent: The kernel fits once, and once more for each whole stride of room behind it. What an output sees is found by
# walking from the top layer down: n neighbours above need (n - 1) * stride + kernel steps below.
def conv_length(length: int, kernel: int, stride: int = 1) -> int:
    if length < kernel:
        return 0
    return (length - kernel) // stride + 1


def steps_seen(layers: Sequence[tuple[int, int]]) -> int:
    seen = 1
    for kernel, stride in reversed(list(layers)):
        seen = (seen - 1) * stride + kernel
    return seen

# %% wrong: conv_length
# Misconception: Thinks that the steps left over at the end get an output of their own, so rounds up.
def conv_length(length: int, kernel: int, stride: int = 1) -> int:
    return -(-(length - kernel) // stride) + 1

# %% wrong: steps_seen
# Misconception: Thinks that neighbouring outputs of a layer are as far apart in the input as the stride of the layer
# right below says, and forgets that the strides of all lower layers multiply.
def steps_seen(layers: Sequence[tuple[int, int]]) -> int:
    seen = 1
    stride_below = 1
    for kernel, stride in layers:
        seen += (kernel - 1) * stride_below
        stride_below = stride
    return seen
