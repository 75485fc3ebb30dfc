"""Code lists about convictions and support: offence groups, the seven needs, incentives, consent.

Continues `codes.py`. Free-text offence detail is never stored; a conviction is a group, a scope and a source.
"""

from typing import Self

from app.domain.people.codes import CodeList


class ReportOffenceGroup(CodeList):
    """The groups that a programme report prints. OTHER gathers what the charity's report did not list."""

    CRIMINAL_DAMAGE = "CRIMINAL_DAMAGE", "Criminal damage"
    SUMMARY_VAP = "SUMMARY_VAP", "Summary violence against the person"
    ACQUISITIVE_VIOLENCE = "ACQUISITIVE_VIOLENCE", "Acquisitive violence"
    OTHER_INDICTABLE_VAP = "OTHER_INDICTABLE_VAP", "Other indictable violence against the person"
    SEXUAL = "SEXUAL", "Sexual offences"
    PUBLIC_ORDER_HARASSMENT = "PUBLIC_ORDER_HARASSMENT", "Public order and harassment"
    FIREARMS_POSSESSION_SUPPLY = "FIREARMS_POSSESSION_SUPPLY", "Possession or supply of firearms"
    OTHER_STATUTORY_INDICTABLE_WEAPONS = (
        "OTHER_STATUTORY_INDICTABLE_WEAPONS",
        "Other statutory indictable weapons offences",
    )
    VEHICULAR = "VEHICULAR", "Vehicular offences"
    OTHER = "OTHER", "Other offences"


class OffenceGroup(CodeList):
    """HMPPS actuarial (OASys/OGRS) offence categories, spelt as HMPPS spells them.

    `violent` is HMPPS' `isViolentSanction` as it stands for most Home Office codes of the category
    (hmpps-manage-offences-api; hmpps-arns-risk-actuarial-api). It follows Howard and Dixon (2011): criminal
    damage, public order, weapons and firearms count as violent, sexual offences do not. Exceptions within a
    category: CRIMINAL_DAMAGE 25 of 27 codes, public order 224 of 231, DRUNKENNESS 18 of 19. `report_group` is
    where the charity's report counts it.
    """

    violent: bool
    report_group: ReportOffenceGroup

    def __new__(
        cls,
        code: str,
        label: str = "",
        violent: bool = False,
        report_group: ReportOffenceGroup = ReportOffenceGroup.OTHER,
    ) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label, member.violent, member.report_group = label, violent, report_group
        return member

    VIOLENCE_AGAINST_THE_PERSON_ABH_PLUS = (
        "VIOLENCE_AGAINST_THE_PERSON_ABH_PLUS",
        "Violence against the person: actual bodily harm or worse",
        True,
        ReportOffenceGroup.OTHER_INDICTABLE_VAP,
    )
    VIOLENCE_AGAINST_THE_PERSON_SUB_ABH = (
        "VIOLENCE_AGAINST_THE_PERSON_SUB_ABH",
        "Violence against the person: less than actual bodily harm",
        True,
        ReportOffenceGroup.SUMMARY_VAP,
    )
    ACQUISITIVE_VIOLENCE = (
        "ACQUISITIVE_VIOLENCE",
        "Acquisitive violence, such as robbery",
        True,
        ReportOffenceGroup.ACQUISITIVE_VIOLENCE,
    )
    CRIMINAL_DAMAGE = "CRIMINAL_DAMAGE", "Criminal damage", True, ReportOffenceGroup.CRIMINAL_DAMAGE
    PUBLIC_ORDER_AND_HARRASSMENT = (
        "PUBLIC_ORDER_AND_HARRASSMENT",
        "Public order and harassment",
        True,
        ReportOffenceGroup.PUBLIC_ORDER_HARASSMENT,
    )
    FIREARMS_MOST_SERIOUS = (
        "FIREARMS_MOST_SERIOUS",
        "Firearms: most serious",
        True,
        ReportOffenceGroup.FIREARMS_POSSESSION_SUPPLY,
    )
    FIREARMS_OTHER = (
        "FIREARMS_OTHER",
        "Firearms: other",
        True,
        ReportOffenceGroup.FIREARMS_POSSESSION_SUPPLY,
    )
    WEAPONS_NON_FIREARM = (
        "WEAPONS_NON_FIREARM",
        "Weapons other than firearms",
        True,
        ReportOffenceGroup.OTHER_STATUTORY_INDICTABLE_WEAPONS,
    )
    SEXUAL_AGAINST_CHILD = (
        "SEXUAL_AGAINST_CHILD",
        "Sexual offence against a child",
        False,
        ReportOffenceGroup.SEXUAL,
    )
    SEXUAL_NOT_AGAINST_CHILD = (
        "SEXUAL_NOT_AGAINST_CHILD",
        "Sexual offence not against a child",
        False,
        ReportOffenceGroup.SEXUAL,
    )
    MOTORING_OFFENCES = "MOTORING_OFFENCES", "Motoring offences", False, ReportOffenceGroup.VEHICULAR
    DRINK_DRIVING = "DRINK_DRIVING", "Drink driving", False, ReportOffenceGroup.VEHICULAR
    # Theft of a vehicle may or may not be what the report calls vehicular; unclear, so it counts as other.
    VEHICLE_RELATED_THEFT = "VEHICLE_RELATED_THEFT", "Vehicle-related theft"
    DRUNKENNESS = "DRUNKENNESS", "Drunkenness", True
    BURGLARY_DOMESTIC = "BURGLARY_DOMESTIC", "Burglary of a dwelling"
    BURGLARY_OTHER = "BURGLARY_OTHER", "Burglary elsewhere"
    FRAUD_AND_FORGERY = "FRAUD_AND_FORGERY", "Fraud and forgery"
    WELFARE_FRAUD = "WELFARE_FRAUD", "Welfare fraud"
    DRUG_IMPORT_EXPORT_OR_PRODUCTION = "DRUG_IMPORT_EXPORT_OR_PRODUCTION", "Drug import, export or production"
    DRUG_POSSESSION_OR_SUPPLY = "DRUG_POSSESSION_OR_SUPPLY", "Drug possession or supply"
    HANDLING_STOLEN_GOODS = "HANDLING_STOLEN_GOODS", "Handling stolen goods"
    ABSCONDING_OR_BAIL = "ABSCONDING_OR_BAIL", "Absconding or bail offences"
    THEFT_NON_MOTOR = "THEFT_NON_MOTOR", "Theft, not of or from vehicles"
    OTHER_OFFENCES = "OTHER_OFFENCES", "Other offences"
    UNKNOWN = "UNKNOWN", "Unknown"

    @property
    def known(self) -> bool:
        """False when a conviction is on record but not what it was for."""
        return self is not OffenceGroup.UNKNOWN


class ConvictionScope(CodeList):
    """How closely a conviction belongs to the present sentence. Each scope lies inside the next."""

    INDEX = "INDEX", "The main offence of the present sentence"
    CURRENT_SENTENCE = "CURRENT_SENTENCE", "Any offence of the present sentence"
    EVER = "EVER", "Any conviction at any time"

    def covers(self, other: "ConvictionScope") -> bool:
        """Whether a conviction recorded as `other` counts when this scope is asked about."""
        order = tuple(ConvictionScope)
        return order.index(other) <= order.index(self)


class Pathway(CodeList):
    """The seven needs of resettlement (hmpps-resettlement-passport-api `Pathway`)."""

    ACCOMMODATION = "ACCOMMODATION", "Accommodation"
    ATTITUDES_THINKING_AND_BEHAVIOUR = "ATTITUDES_THINKING_AND_BEHAVIOUR", "Attitudes, thinking and behaviour"
    CHILDREN_FAMILIES_AND_COMMUNITY = "CHILDREN_FAMILIES_AND_COMMUNITY", "Children, families and community"
    DRUGS_AND_ALCOHOL = "DRUGS_AND_ALCOHOL", "Drugs and alcohol"
    EDUCATION_SKILLS_AND_WORK = "EDUCATION_SKILLS_AND_WORK", "Education, skills and work"
    FINANCE_AND_ID = "FINANCE_AND_ID", "Finance, benefits and identity documents"
    HEALTH = "HEALTH", "Health"


class IncentiveLevel(CodeList):
    """Incentive levels of a prison regime (hmpps-incentives-api). BAS is no bar to mentoring at Brixton."""

    BASIC = "BAS", "Basic"
    STANDARD = "STD", "Standard"
    ENHANCED = "ENH", "Enhanced"
    ENHANCED_2 = "EN2", "Enhanced 2"
    ENHANCED_3 = "EN3", "Enhanced 3"


class ConsentPurpose(CodeList):
    """What a person may agree to, one purpose at a time. Refusing any but the first closes nothing."""

    TAKING_PART = "TAKING_PART", "Taking part in mentoring"
    CONTACT_AFTER_RELEASE = "CONTACT_AFTER_RELEASE", "Being contacted after release"
    SHARING_WITH_PARTNERS = "SHARING_WITH_PARTNERS", "Sharing information with named partner agencies"
    FAMILY_INVOLVEMENT = "FAMILY_INVOLVEMENT", "Involving family members"
    CASE_STUDY = "CASE_STUDY", "Telling their story in a case study under another name"
    EVALUATION = "EVALUATION", "Evaluation and research"


class ExplanationKind(CodeList):
    """What must be explained before consent means anything; who explained it, and when, is recorded."""

    VOLUNTARY = "VOLUNTARY", "The service is voluntary"
    CONFIDENTIALITY = "CONFIDENTIALITY", "What is kept confidential, and what cannot be"
