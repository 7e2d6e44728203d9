# %% right
# Intent: a heap of the times at which each server is done; the smallest gets the next request.
import heapq


def finish_times(arrivals, seconds, n_servers):
    done = [float("-inf")] * n_servers
    answers = []
    for arrival, duration in zip(arrivals, seconds, strict=True):
        end = float(max(done[0], arrival) + duration)
        heapq.heapreplace(done, end)
        answers.append(end)
    return answers


# %% wrong: finish_times
# Misconception: spreading requests fairly means taking turns: request i goes to server i modulo n_servers.
def finish_times(arrivals, seconds, n_servers):
    done = [float("-inf")] * n_servers
    answers = []
    for i, (arrival, duration) in enumerate(zip(arrivals, seconds)):
        server = i % n_servers
        done[server] = float(max(done[server], arrival) + duration)
        answers.append(done[server])
    return answers


# %% wrong: finish_times
# Misconception: a server's clock only adds up the work it was given; a request starts when the server's earlier work
# ends, and the time a server stood idle before the request came is forgotten.
import heapq


def finish_times(arrivals, seconds, n_servers):
    done = [0.0] * n_servers
    answers = []
    for duration in seconds:
        end = float(done[0] + duration)
        heapq.heapreplace(done, end)
        answers.append(end)
    return answers
