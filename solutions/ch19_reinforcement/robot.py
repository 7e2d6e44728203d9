"""Chapter 19, a robot that looks for light (p.19.11): the answers."""

import numpy as np
from numpy.typing import ArrayLike

P_19_11 = """
Goal: a small car on wheels that drives to the brightest place of a room and stops in front of what stands in its way.

Hardware: a Raspberry Pi, two motors with a driver board, a battery pack, two or more light sensors behind an
analogue-digital converter, an ultrasonic sensor in front; about 100 dollars. Safety: low speed, a switch that cuts the
motors' current, the floor fenced off, wheels in the air at the first test, and a program that stops when a sensor gives
no reading.

Loop, ten times a second: read the sensors; if something is near ahead, do not drive; else turn towards the brightest
reading, and drive the faster the better it points ahead; write down readings, actions and time. I recorded ten runs
from starts around the room, and counted how many reached the lamp within a minute, and the bumps.

Next step: reward is minus the time until the light is reached, and minus ten for a bump. The log gives transitions for
an off-policy method, a simulator like the one in this notebook lets the policy practise first, and the rule by hand
stays in charge of the brakes.
"""
P_19_11_RUBRIC = """
- 1 point: a goal that a small robot can reach, and the parts it needs
- 1 point: what is done for safety (speed, a switch, what happens when a sensor fails)
- 2 points: the loop: what is read, decided and done, how often, and what wins when rules disagree
- 1 point: how it was shown to work: runs from several starts, with a figure, recorded
- 1 point: the next step with reinforcement learning: observations, actions and rewards
"""


def heading(readings: ArrayLike) -> float:
    """Return how far to turn to face the brightest light sensor.

    Parameters
    ----------
    readings : (n,) of n light sensors that look in n directions around the robot at
        equal angles: the first one ahead, each other one further to the left.

    Returns
    -------
    Degrees, above 0 to the left, from more than -180 to 180: the shorter way. If
    several sensors are equally bright, the first of them.

    Examples
    --------
    >>> heading([1, 5, 2, 3]), heading([1, 2, 3, 5]), heading([0, 0, 9, 0])
    (90.0, -90.0, 180.0)
    """
    reading = np.asarray(readings, dtype=float)
    angle = 360.0 * int(reading.argmax()) / len(reading)
    return angle - 360 if angle > 180 else angle


def drive(readings: ArrayLike, distance: float) -> tuple[float, float]:
    """Return what a robot does that looks for the light, and bumps into nothing.

    Parameters
    ----------
    readings : see `heading`, for the way in which the robot faces now.
    distance : how far it is to the next thing ahead, from 0 to 2.

    Returns
    -------
    turn : degrees to the left, from -45 to 45: to the brightest sensor, or as far
        towards it as is allowed. It turns first, and then drives.
    far : how far to drive ahead after that, from 0 to 0.2.

    Never drive with less than 0.3 ahead, nor in a step in which it turns: what lies in
    the new direction has not been measured. Else drive, by 0.05 or more.

    Examples
    --------
    >>> drive([9, 1, 1, 1], 2.0), drive([1, 9, 1, 1], 2.0), drive([9, 1, 1, 1], 0.1)
    ((0.0, 0.1), (45.0, 0.0), (0.0, 0.0))
    """
    turn = max(-45.0, min(45.0, heading(readings)))
    return turn, 0.1 if turn == 0 and distance >= 0.3 else 0.0
