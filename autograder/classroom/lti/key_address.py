"""Where a learning platform finds the course's public key by itself: on the hub's exchange, if there is a hub."""

from __future__ import annotations

import os

from autograder.classroom.lti.tool_key import ToolKey
from course.exchange.client import ExchangeClient
from course.exchange.key_set import KeySet

ORIGIN = "COURSE_HUB_ORIGIN"  # set by the hub for a course's servers: its address as browsers know it, if it does
UNKNOWN = "https://HUB"  # what stands there where it is not


def publish(key: ToolKey) -> str:
    """Have the hub show the public half, in the place of the one before; return where, or nothing without a hub.

    Raises
    ------
    ExchangeRefusal, OperatorError : the exchange does not take it, or does not answer.
    """
    course = os.environ.get("COURSE_ID", "")
    if not course or not os.environ.get("COURSE_EXCHANGE_URL"):
        return ""
    found = ExchangeClient.from_environ().publish_keys(course, KeySet.model_validate({"keys": [key.jwk]}))
    return (os.environ.get(ORIGIN) or UNKNOWN) + found
