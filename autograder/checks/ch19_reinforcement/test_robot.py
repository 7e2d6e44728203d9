"""Hidden checks of chapter 19: a robot that looks for light (p.19.11)."""

import numpy as np

from autograder.testing import check
from autograder.testing.closed import agrees
from course.worlds import Room


@check("p.19.11", core=True, hint="The sensors look around the whole robot. When is it shorter to turn right?")
def test_turns_to_the_brightest(student, rng):
    """For any number of sensors the robot turns to the brightest one, the shorter way."""
    cases = []
    for n in (2, 3, 4, 5, 6, 8, 8, 12, 16):
        readings = rng.uniform(0, 5, n).round(3)
        behind = np.roll(readings, n // 2 - int(readings.argmax()))
        cases += [(one.tolist(),) for one in (readings, np.roll(readings, int(rng.integers(1, n))), behind)]
        cases.append(([1.0] * n,))

    def wanted(readings):
        degrees = readings.index(max(readings)) * 360 / len(readings)
        return degrees if degrees <= 180 else degrees - 360

    agrees(lambda readings: float(student.heading(readings)), wanted, cases)


def _driven(student, room, seed):
    """Return how an episode ended: 1 at the lamp, -1 with a crash, 0 when the time was up; and how far it has got."""
    seen, _ = room.reset(seed=seed)
    start = room.at
    for _ in range(room.longest):
        turn, far = student.drive(seen[:-1], float(seen[-1]))
        seen, reward, terminated, truncated, _ = room.step((float(turn), float(far)))
        if terminated or truncated:
            return reward, float(np.linalg.norm(room.at - start))
    raise AssertionError("a room's time is limited")


@check("p.19.11", core=True, weight=2, hint="Does it drive when the brightest sensor is the one ahead?")
def test_reaches_the_lamp(student, rng):
    """In empty rooms, with 8 to 16 sensors, the robot reaches the lamp from every start."""
    for n_sensors in (8, 12, 16):
        for _ in range(3):
            room = Room(int(rng.integers(2**31)), n_sensors, n_boxes=0)
            reward, _ = _driven(student, room, int(rng.integers(2**31)))
            assert reward == 1.0


@check(
    "p.19.11",
    core=True,
    hint="How much room is there ahead? And what is there, in the direction it has just turned to?",
)
def test_bumps_into_nothing(student, rng):
    """In rooms full of boxes, the robot drives, and never bumps into a box, nor into a wall."""
    moved = 0
    for _ in range(12):
        room = Room(int(rng.integers(2**31)), int(rng.choice([8, 12])), n_boxes=9)
        reward, far = _driven(student, room, int(rng.integers(2**31)))
        assert reward >= 0
        moved += far > 0.3
    assert moved >= 3


@check("p.19.11", hint="Take 0.29, 0.3 and 0.31 for what is ahead.")
def test_stops_in_time(student, rng):
    """It drives where the light and 0.3 or more of room are ahead, and neither turning nor with less."""
    for wide in (0.3, *rng.uniform(0.31, 2, 5).tolist()):
        readings = rng.uniform(0, 1, 8).round(3)
        readings[0] = 2.0
        side = np.roll(readings, int(rng.choice([1, 2, 3, -1, -2, -3])))
        turn, far = student.drive(readings.tolist(), wide)
        assert abs(float(turn)) < 1e-6
        assert 0.05 <= float(far) <= 0.2
        assert float(student.drive(readings.tolist(), float(rng.uniform(0, 0.29)))[1]) == 0
        assert float(student.drive(side.tolist(), wide)[1]) == 0


@check("p.19.11", hint="How far may it turn in a step? And does it hinder turning if something is near?")
def test_turns_as_far_as_it_may(student, rng):
    """It turns to the brightest sensor, or by 45 degrees towards it, however near the next thing ahead is."""
    for n in (8, 12, 16, 24):
        for step in (1, 2, 3, n // 2 - 1, n // 2):
            for sign in (1, -1):
                readings = rng.uniform(0, 1, n).round(3)
                readings[sign * step % n] = 2.0
                wanted = min(360 * step / n, 45) * (1 if 2 * step == n else sign)
                for distance in (float(rng.uniform(0, 0.29)), float(rng.uniform(0.31, 2))):
                    turn, far = student.drive(readings.tolist(), distance)
                    assert abs(float(turn) - wanted) < 1e-6
                    assert float(far) == 0
