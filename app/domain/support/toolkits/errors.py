"""What workbooks refuse in their own words."""

from app.domain.kernel.errors import Conflict


class ToolkitNotYours(Conflict):
    """This toolkit is everybody's: no charity changes or retires it for the others."""

    code = "TOOLKIT_NOT_YOURS"
    title = "This toolkit belongs to every charity"
    cure = "Make a version of your own with POST /v1/toolkits; of one family yours is chosen before everybody's."


class ToolkitRetired(Conflict):
    """Nobody begins this toolkit any more. Whoever has begun it goes on."""

    code = "TOOLKIT_RETIRED"
    title = "This toolkit has been retired"
    cure = "Choose one of GET /v1/toolkits?retired=false."


class VersionDoesNotFit(Conflict):
    """This version of the toolkit is written for another age than his."""

    code = "VERSION_DOES_NOT_FIT"
    title = "This version is for another age"
    cure = (
        "Send `family` in place of `toolkit_id` and the version that fits is chosen; or say why in `override_reason`."
    )


class AgeNotKnown(Conflict):
    """The toolkit has versions by age, and nobody here knows his date of birth."""

    code = "AGE_NOT_KNOWN"
    title = "His age is not known"
    cure = "Record his date of birth; or name a version by `toolkit_id`, and say in `override_reason` why it is the right one."


class ToolkitGoingOn(Conflict):
    """He is working on this toolkit already. The answer names how far he is."""

    code = "TOOLKIT_GOING_ON"
    title = "He is working on this toolkit already"
    cure = "Go on with what the answer names; or stop that, and begin anew."


class ToolkitStepNotOpen(Conflict):
    """What was stopped or completed is not worked on any more; what is paused goes on first."""

    code = "TOOLKIT_STEP_NOT_OPEN"
    title = "This cannot be done from where it stands"
    cure = "Read the progress again: GET /v1/toolkit-progress/{id}?expand=units."


class UnitDone(Conflict):
    """The unit is recorded as done already: each is recorded once."""

    code = "UNIT_DONE"
    title = "This unit is recorded already"
    cure = (
        "If it was recorded wrongly, send `correct: true` with a `reason`: what was there before stays in the entries."
    )


class NoCertificate(Conflict):
    """A certificate is for a toolkit that gives one, once it is completed."""

    code = "NO_CERTIFICATE"
    title = "There is no certificate for this"
    cure = "Read the progress: it must be COMPLETED, and `gives_certificate` must be true."


class CertificateThere(Conflict):
    """There is one certificate for each toolkit that somebody has completed. The answer names it."""

    code = "CERTIFICATE_THERE"
    title = "There is a certificate already"
    cure = "Use the one that the answer names."
