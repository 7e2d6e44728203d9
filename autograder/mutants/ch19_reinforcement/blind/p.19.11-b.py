# %% right
# Intent: the angle of the argmax, wrapped to (-180, 180]; turn towards it first, and drive only when already facing it with room ahead.
def heading(readings):
    angle = 360.0 * int(np.argmax(readings)) / len(readings)
    return float(angle if angle <= 180 else angle - 360)


def drive(readings, distance):
    turn = float(np.clip(heading(readings), -45, 45))
    return turn, 0.1 if turn == 0 and distance >= 0.3 else 0.0

# %% wrong: heading
# Misconception: sensors are counted anticlockwise, so the angle is simply number times step, never negative.
def heading(readings):
    return 360.0 * int(np.argmax(readings)) / len(readings)

# %% wrong: drive
# Misconception: what matters is that there's room ahead; turning and driving may go together.
def drive(readings, distance):
    return float(np.clip(heading(readings), -45, 45)), 0.1 if distance >= 0.3 else 0.0
