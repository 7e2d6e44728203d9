# %% right
# Intent: a tensor of the times at which each server is done; argmin chooses, the start is the later one of arrival and that time.
import torch


def finish_times(arrivals, seconds, n_servers):
    free = torch.full((n_servers,), -torch.inf, dtype=torch.float64)
    done = []
    for arrival, duration in zip(arrivals, seconds, strict=True):
        server = free.argmin()
        free[server] = free[server].clamp(min=float(arrival)) + float(duration)
        done.append(free[server].item())
    return done

# %% wrong: finish_times
# Misconception: spreading requests fairly means dealing them out in turn, like cards.
def finish_times(arrivals, seconds, n_servers):
    free = [0.0] * n_servers
    done = []
    for i, (arrival, duration) in enumerate(zip(arrivals, seconds)):
        server = i % n_servers
        free[server] = max(free[server], arrival) + duration
        done.append(free[server])
    return done

# %% wrong: finish_times
# Misconception: the server starts on the next request as soon as it is done with the one before (forgets that it may have to idle until one arrives).
import heapq


def finish_times(arrivals, seconds, n_servers):
    free = [0.0] * n_servers
    done = []
    for _, duration in zip(arrivals, seconds):
        done.append(float(free[0] + duration))
        heapq.heapreplace(free, done[-1])
    return done
