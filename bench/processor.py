"""Processor seconds of a measurement: of this process, and of those that it started and that have ended."""

import os


def processor() -> float:
    """User and system seconds so far."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
