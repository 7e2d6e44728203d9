# %% right
# Intent: the first largest reading, its angle folded into (-180, 180]; turn by at most 45 degrees, or drive a tenth if there is room.
def heading(readings):
    n = len(readings)
    best = 0
    for i in range(1, n):
        if readings[i] > readings[best]:
            best = i
    angle = 360.0 * best / n
    if angle > 180.0:
        angle -= 360.0
    return angle


def drive(readings, distance):
    turn = min(45.0, max(-45.0, heading(readings)))
    if turn != 0.0:
        return turn, 0.0
    if distance < 0.3:
        return 0.0, 0.0
    return 0.0, 0.1

# %% wrong: heading
# Misconception: angles go round from 0 to 360; the larger half need not be turned back.
def heading(readings):
    n = len(readings)
    best = 0
    for i in range(1, n):
        if readings[i] > readings[best]:
            best = i
    return 360.0 * best / n

# %% wrong: drive
# Misconception: with enough room ahead one may turn and drive in the same step, as a car does.
def drive(readings, distance):
    turn = min(45.0, max(-45.0, heading(readings)))
    if distance < 0.3:
        return turn, 0.0
    return turn, 0.1

# %% wrong: drive
# Misconception: it is enough not to drive further than the free distance; one may use up all of it.
def drive(readings, distance):
    turn = min(45.0, max(-45.0, heading(readings)))
    if turn != 0.0:
        return turn, 0.0
    return 0.0, min(0.2, max(0.0, float(distance)))
