# %% right
# Intent: for each server the time at which it is done with all it has; the smallest one takes the next request.
def finish_times(arrivals, seconds, n_servers):
    done = [float("-inf")] * n_servers
    answered = []
    for i in range(len(arrivals)):
        best = 0
        for k in range(1, n_servers):
            if done[k] < done[best]:
                best = k
        begins = arrivals[i]
        if done[best] > begins:
            begins = done[best]
        done[best] = begins + seconds[i]
        answered.append(done[best])
    return answered


# %% wrong: finish_times
# Misconception: a load balancer deals requests out in turn, and that comes to the same as "whoever is free first".
def finish_times(arrivals, seconds, n_servers):
    done = [0.0] * n_servers
    answered = []
    for i in range(len(arrivals)):
        k = i % n_servers
        done[k] = max(done[k], arrivals[i]) + seconds[i]
        answered.append(done[k])
    return answered


# %% wrong: finish_times
# Misconception: servers are always busy, so a request begins when its server's last one has ended (idle time is
# forgotten, once a server has had something to do).
def finish_times(arrivals, seconds, n_servers):
    done = [None] * n_servers
    answered = []
    for i in range(len(arrivals)):
        best = min(range(n_servers), key=lambda k: -1.0 if done[k] is None else done[k])
        begins = arrivals[i] if done[best] is None else done[best]
        done[best] = begins + seconds[i]
        answered.append(done[best])
    return answered
