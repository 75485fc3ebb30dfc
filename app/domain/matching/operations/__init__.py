"""What may be done about matching: say what counts, solve a programme, approve, and move a relationship along."""

from app.domain.matching.operations.approving import approve, start_run
from app.domain.matching.operations.engagements import accept, decline, end, propose, take_back
from app.domain.matching.operations.going_on import hand_over, pause, reopen, resume
from app.domain.matching.operations.leaving import bridge_all, drop_tasks, finish_task
from app.domain.matching.operations.saying import publish_policy, record_exclusion, record_profile

__all__ = [
    "accept",
    "approve",
    "bridge_all",
    "decline",
    "drop_tasks",
    "end",
    "finish_task",
    "hand_over",
    "pause",
    "propose",
    "publish_policy",
    "record_exclusion",
    "record_profile",
    "reopen",
    "resume",
    "start_run",
    "take_back",
]
