"""Chapter 19, a robot that looks for light (p.19.11): wrong answers, and right ones."""

import numpy as np

from autograder.testing import alternative, mutant
from solutions.ch19_reinforcement import robot as right


@mutant("p.19.11", replaces="heading", fails="test_turns_to_the_brightest")
def always_to_the_left(readings):
    """You always turn to the left, by up to 360 degrees: to the right it may be shorter."""
    return 360 * int(np.argmax(readings)) / len(readings)


@mutant("p.19.11", replaces="heading", fails="test_turns_to_the_brightest")
def mirrored(readings):
    """You turn to the wrong side: the sensors go round to the left."""
    angle = -right.heading(readings)
    return 180.0 if angle == -180 else angle


@mutant("p.19.11", replaces="heading", fails="test_turns_to_the_brightest")
def to_the_right_from_behind(readings):
    """You say -180 for what is straight behind: the range is from more than -180 to 180."""
    angle = right.heading(readings)
    return -180.0 if angle == 180 else angle


@mutant("p.19.11", replaces="heading", fails="test_turns_to_the_brightest")
def eight_sensors(readings):
    """You count on eight sensors: there may be any number."""
    angle = 45.0 * int(np.argmax(readings))
    return angle - 360 if angle > 180 else angle


@mutant("p.19.11", replaces="drive", fails="test_reaches_the_lamp")
def never_drives(readings, distance):
    """Your robot turns, and never drives."""
    return right.drive(readings, 0.0)


@mutant("p.19.11", replaces="drive", fails="test_bumps_into_nothing")
def does_not_look(readings, distance):
    """Your robot does not look whether something stands in its way."""
    return right.drive(readings, 2.0)


@mutant("p.19.11", replaces="drive", fails="test_stops_in_time")
def drives_while_turning(readings, distance):
    """Your robot drives in a step in which it turns: it has not measured what is in the new direction."""
    return right.drive(readings, distance)[0], 0.1 if distance >= 0.3 else 0.0


@mutant("p.19.11", replaces="drive", fails="test_stops_in_time")
def stops_late(readings, distance):
    """Your robot stops at 0.15 only."""
    return right.drive(readings, distance + 0.15)


@mutant("p.19.11", replaces="drive", fails="test_stops_in_time")
def more_than_0_3(readings, distance):
    """Your robot stands still with 0.3 ahead: that is enough, only with less it may not drive."""
    turn, far = right.drive(readings, distance)
    return turn, far if distance > 0.3 else 0.0


@mutant("p.19.11", replaces="drive", fails="test_turns_as_far_as_it_may")
def stuck_at_a_wall(readings, distance):
    """With something near, your robot does not even turn, and will never get away: only driving is dangerous."""
    turn, far = right.drive(readings, distance)
    return (turn, far) if distance >= 0.3 else (0.0, 0.0)


@mutant("p.19.11", replaces="drive", fails="test_turns_as_far_as_it_may")
def away_from_what_is_near(readings, distance):
    """With something near, your robot turns away from it: it is to turn to the light, near or not."""
    turn, far = right.drive(readings, distance)
    return (turn, far) if distance >= 0.3 else (45.0, 0.0)


@mutant("p.19.11", replaces="drive", fails="test_turns_as_far_as_it_may")
def at_one_go(readings, distance):
    """Your robot turns all the way at once: 45 degrees are the most in one step."""
    return right.heading(readings), right.drive(readings, distance)[1]


@mutant("p.19.11", replaces="drive", fails="test_turns_as_far_as_it_may")
def always_by_45(readings, distance):
    """Your robot always turns by 45 degrees, beyond what is nearer than that: it will swing to and fro for ever."""
    turn, far = right.drive(readings, distance)
    return 45.0 * float(np.sign(turn)), far


@mutant("p.19.11", replaces="heading", fails="test_turns_to_the_brightest")
def last_of_the_brightest(readings):
    """Of sensors that are equally bright you take the last one: the first is asked for."""
    n = len(readings)
    angle = 360.0 * (n - 1 - int(np.argmax(np.asarray(readings)[::-1]))) / n
    return angle - 360 if angle > 180 else angle


@alternative("p.19.11", replaces="drive")
def faster_where_there_is_room(readings, distance):
    """Drives faster where there is room."""
    turn = float(np.clip(right.heading(readings), -45, 45))
    return np.array([turn, min(0.2, distance / 3) if turn == 0 and distance >= 0.3 else 0.0])


@alternative("p.19.11", replaces="heading")
def by_a_list(readings):
    """By Python's own maximum."""
    readings = list(readings)
    n, i = len(readings), readings.index(max(readings))
    return (i if 2 * i <= n else i - n) * 360.0 / n
