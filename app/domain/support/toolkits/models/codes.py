"""The code lists of workbooks."""

from enum import StrEnum


class HowWorked(StrEnum):
    """With whom he works on it."""

    WITH_MENTOR = "WITH_MENTOR"
    ALONE = "ALONE"


class ProgressState(StrEnum):
    """Where his work on a toolkit stands. Stopping has no consequence."""

    GOING_ON = "GOING_ON"
    PAUSED = "PAUSED"
    STOPPED = "STOPPED"
    COMPLETED = "COMPLETED"


class ProgressStep(StrEnum):
    """What was done."""

    BEGIN = "begin"
    UNIT = "unit"
    CORRECT = "correct"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    COMPLETE = "complete"
    CERTIFY = "certify"
