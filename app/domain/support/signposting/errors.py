"""What signposting refuses in its own words."""

from app.domain.kernel.errors import Conflict


class OnwardStepNotOpen(Conflict):
    """An onward referral is sent, then accepted, then started, then closed; it is declined before it starts, and consent to it
    is withdrawn while it is under way. What has ended stays as it is."""

    code = "ONWARD_STEP_NOT_OPEN"
    title = "The onward referral cannot take this step from where it is"
    cure = "Read it again and take one of the steps that the answer names; if it has ended, suggest the service anew."
