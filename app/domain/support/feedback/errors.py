"""What feedback refuses in its own words."""

from app.domain.kernel.errors import Conflict


class FormRetired(Conflict):
    """A form is retired once. What was answered with it stays as it was answered."""

    code = "FORM_RETIRED"
    title = "The form is not in use any more"
    cure = "List the forms that are in use: GET /v1/feedback-forms?in_use=true."


class FeedbackSuperseded(Conflict):
    """What was handed in is put right once by another; whoever puts right again supersedes that other one."""

    code = "FEEDBACK_SUPERSEDED"
    title = "This feedback was put right already"
    cure = "Supersede the one that took its place."
