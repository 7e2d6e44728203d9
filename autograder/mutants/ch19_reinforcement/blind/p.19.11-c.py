# %% right
# Intent: the angle of the argmax sensor, wrapped into (-180, 180]; drive straight only if nothing has to be turned, the
# lamp's sensor is the front one and there is room ahead.
def heading(readings):
    r = np.asarray(readings, dtype=np.float64)
    angle = 360.0 * int(r.argmax()) / len(r)
    return angle - 360.0 if angle > 180.0 else angle


def drive(readings, distance):
    turn = float(np.clip(heading(readings), -45.0, 45.0))
    if turn != 0.0 or distance < 0.3:
        return turn, 0.0
    return 0.0, 0.1

# %% wrong: heading
# Misconception: sensors are numbered clockwise from ahead, as on a compass, so a sensor further on is to the right.
def heading(readings):
    r = np.asarray(readings, dtype=np.float64)
    angle = -360.0 * int(r.argmax()) / len(r)
    return angle + 360.0 if angle <= -180.0 else angle

# %% wrong: drive
# Misconception: the way ahead has been measured, so one can turn and drive on in the same step.
def drive(readings, distance):
    turn = float(np.clip(heading(readings), -45.0, 45.0))
    return turn, (0.0 if distance < 0.3 else 0.1)
