# %% right
# Intent: A length is the number of places at which the kernel may begin, a range; what an output depends on is a set of
# places, found by recursion from the topmost layer down.
def conv_length(length, kernel, stride=1):
    return len(range(0, length - kernel + 1, stride))


def steps_seen(layers):
    def below(places, stack):
        if not stack:
            return places
        *rest, (kernel, stride) = stack
        return below({place * stride + tap for place in places for tap in range(kernel)}, rest)

    return len(below({0}, list(layers)))


# %% wrong: steps_seen
# Misconception: Thinks that the stride only makes the sequence shorter and has no part in how far an output looks, so
# each layer adds kernel - 1 steps.
def steps_seen(layers):
    return 1 + sum(kernel - 1 for kernel, _ in layers)


# %% wrong: conv_length
# Misconception: Thinks that a last, incomplete position of the kernel still gives an output, so a remainder is rounded
# up.
def conv_length(length, kernel, stride=1):
    return -(-(length - kernel) // stride) + 1
