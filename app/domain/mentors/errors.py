"""What this step refuses in its own words."""

from app.domain.kernel.errors import Conflict


class MentorStageNotOpen(Conflict):
    """A mentor moves only along the arrows of one table (docs/mentors.md), and becomes ACTIVE only with what that takes. The
    answer names the stages that are open, or what is missing."""

    code = "MENTOR_STAGE_NOT_OPEN"
    title = "The mentor cannot go to this stage from where they are"
    cure = "Choose one of the stages that the answer names, or record what is missing first."
