"""What is known about a person when eligibility is asked. None always means "not known", never "no"."""

from collections.abc import Collection
from datetime import date

from pydantic import BaseModel, ConfigDict

from app.domain.people.codes import Ethnicity, EthnicitySource, GenderIdentity, LegalStatus, Setting, Sex
from app.domain.people.offences import ConvictionScope, IncentiveLevel, OffenceGroup


class Facts(BaseModel):
    """A value object: frozen, and an unknown field is an error rather than a fact lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CustodyFacts(Facts):
    """Custody status and the dates of the sentence, as the prison or the person gave them.

    Names are those of prisoner-search. Dates are civil dates and never computed by this service. Where NOMIS
    holds an override beside a calculated date, the override is the one to supply. Sentence expiry is not
    release: a man can leave prison years before it.
    """

    legal_status: LegalStatus | None = None
    in_custody: bool | None = None
    """True also on temporary licence, at court, in hospital and in transfer."""
    indeterminate: bool | None = None
    """Life or IPP. A recalled lifer has the status RECALL, so this is a fact of its own."""
    whole_life: bool | None = None

    confirmed_release_date: date | None = None
    actual_parole_date: date | None = None
    home_detention_curfew_actual_date: date | None = None
    automatic_release_date: date | None = None
    conditional_release_date: date | None = None
    non_parole_date: date | None = None
    post_recall_release_date: date | None = None
    mid_term_date: date | None = None
    tariff_date: date | None = None
    parole_hearing_date: date | None = None
    parole_eligibility_date: date | None = None
    home_detention_curfew_eligibility_date: date | None = None
    early_removal_scheme_eligibility_date: date | None = None
    tariff_expired_removal_scheme_eligibility_date: date | None = None
    sentence_expiry_date: date | None = None
    self_reported_release_date: date | None = None
    dates_calculated_on: date | None = None
    """When the prison last calculated these dates."""


class ConvictionFact(Facts):
    """One conviction: its offence group, and the narrowest scope it is known to belong to."""

    offence_group: OffenceGroup
    scope: ConvictionScope


class PersonFacts(Facts):
    """Everything a policy may ask about a person. No name and no identifier is among it."""

    custody: CustodyFacts = CustodyFacts()
    date_of_birth: date | None = None
    sex: Sex | None = None
    gender_identity: GenderIdentity | None = None
    ethnicity: Ethnicity | None = None
    ethnicity_source: EthnicitySource | None = None
    setting: Setting | None = None
    released_on: date | None = None
    establishment: str | None = None
    """Agency id of the prison the person is in, such as BXI."""
    region: str | None = None
    """Probation region or other area, in words."""
    convictions: tuple[ConvictionFact, ...] = ()
    offence_history_complete: ConvictionScope | None = None
    """The widest scope for which `convictions` is known to be the whole list; None if it may lack some."""
    has_conviction: bool | None = None
    cjs_contact: bool | None = None
    """In contact with the criminal justice system in any way."""
    referral_route: str | None = None
    """A referral source code, such as `self_wing`."""
    consent_given: bool | None = None
    incentive_level: IncentiveLevel | None = None
    risk_flags: tuple[str, ...] | None = None
    """Alert codes in force. None if nobody has looked; empty if somebody has and there are none."""

    @property
    def inside(self) -> bool | None:
        """Whether the person is in custody: as custody says, else as the setting shows."""
        if self.custody.in_custody is not None:
            return self.custody.in_custody
        return None if self.setting is None else self.setting is Setting.CUSTODY

    @property
    def current_setting(self) -> Setting | None:
        """The setting as given, else as custody and release show it."""
        if self.setting is not None:
            return self.setting
        if self.custody.in_custody is True:
            return Setting.CUSTODY
        out = self.custody.in_custody is False and self.released_on is not None
        return Setting.RELEASED if out else None

    @property
    def convicted(self) -> bool | None:
        """Whether there is any conviction. A conviction shown by one fact outweighs a "no" in another."""
        status = self.custody.legal_status
        if self.convictions or self.has_conviction is True or (status is not None and status.convicted):
            return True
        none_ever = self.offence_history_complete is ConvictionScope.EVER
        return False if none_ever or self.has_conviction is False else None

    def convicted_of(self, groups: Collection[OffenceGroup], scope: ConvictionScope) -> bool | None:
        """Whether any conviction within `scope` is of one of `groups`. False only if the history is complete
        that far and every conviction in it says what it was for."""
        counted = [conviction for conviction in self.convictions if scope.covers(conviction.scope)]
        if any(conviction.offence_group in groups for conviction in counted):
            return True
        if self.convicted is False:
            return False
        told = all(conviction.offence_group.known for conviction in counted)
        complete = self.offence_history_complete
        return False if told and complete is not None and complete.covers(scope) else None
