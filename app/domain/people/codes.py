"""The code lists that describe a person, each knowing what its codes mean.

Codes and labels are HMPPS': those of hmpps-person-record (`EthnicityCode`, `ReligionCode`, `SexCode`,
`GenderIdentityCode`, `SexualOrientation`), prisoner-search (`LegalStatus`), the resettlement passport
(`Pathway`) and the incentives service. A code travels and is stored as its value; what it means is asked of
the member, never kept in a second table. Codes about convictions are in `offences.py`.
"""

from enum import StrEnum
from typing import Self


class CodeList(StrEnum):
    """A closed list of codes, each with the label that its source prints."""

    label: str

    def __new__(cls, code: str, label: str = "") -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member


class Sex(CodeList):
    """Sex as recorded by HMPPS. Gender identity is a separate, optional and restricted field."""

    MALE = "M", "Male"
    FEMALE = "F", "Female"
    NOT_KNOWN = "N", "Not known or not recorded"
    NOT_SPECIFIED = "NS", "Not specified"

    @property
    def known(self) -> bool:
        return self in (Sex.MALE, Sex.FEMALE)


class GenderIdentity(CodeList):
    """Gender identity as HMPPS probation records it. Optional and restricted."""

    FEMALE = "GIF", "Female"
    MALE = "GIM", "Male"
    NON_BINARY = "GINB", "Non-binary"
    SELF_DESCRIBED = "GISD", "Self-described"
    REFUSED = "GIRF", "Prefers not to say"
    UNKNOWN = "UNK", "Unknown"

    @property
    def known(self) -> bool:
        return self not in (GenderIdentity.REFUSED, GenderIdentity.UNKNOWN)


class SexualOrientation(CodeList):
    """Sexual orientation. Restricted: each read is audited and no partner ever sees it, because a disclosure
    by staff has done harm."""

    HETEROSEXUAL = "HET", "Heterosexual or straight"
    GAY_OR_LESBIAN = "HOM", "Gay or lesbian"
    BISEXUAL = "BIS", "Bisexual"
    OTHER = "OTH", "Other"
    NOT_ANSWERED = "ND", "Not answered"
    REFUSED = "REF", "Refused"
    UNKNOWN = "UNKNOWN", "Unknown"


class EthnicGroup(CodeList):
    """The five groups of the 2021 harmonised standard, and no answer."""

    ASIAN = "ASIAN", "Asian or Asian British"
    BLACK = "BLACK", "Black, Black British, Caribbean or African"
    MIXED = "MIXED", "Mixed or multiple ethnic groups"
    WHITE = "WHITE", "White"
    OTHER = "OTHER", "Other ethnic group"
    NOT_STATED = "NOT_STATED", "Not stated"


class Ethnicity(CodeList):
    """HMPPS ethnicity codes in current use (hmpps-person-record `EthnicityCode`; labels are those of NOMIS).

    `harmonised` is the category of the 2021 harmonised standard (19 categories in 5 groups; gov.uk, "Equality
    (Race and Disability) Bill" consultation, annex C, March 2025), or None where the person gave no answer.
    The finest code is what is stored; every coarser list is derived from it, never the reverse.
    """

    group: EthnicGroup
    harmonised: str | None

    def __new__(
        cls,
        code: str,
        label: str = "",
        group: EthnicGroup = EthnicGroup.NOT_STATED,
        harmonised: str | None = None,
    ) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label, member.group, member.harmonised = label, group, harmonised
        return member

    A1 = "A1", "Asian/Asian British: Indian", EthnicGroup.ASIAN, "Indian"
    A2 = "A2", "Asian/Asian British: Pakistani", EthnicGroup.ASIAN, "Pakistani"
    A3 = "A3", "Asian/Asian British: Bangladeshi", EthnicGroup.ASIAN, "Bangladeshi"
    A4 = "A4", "Asian/Asian British: Chinese", EthnicGroup.ASIAN, "Chinese"
    A9 = "A9", "Asian/Asian British: Any other background", EthnicGroup.ASIAN, "Any other Asian background"
    B1 = "B1", "Black/Black British: Caribbean", EthnicGroup.BLACK, "Caribbean"
    B2 = "B2", "Black/Black British: African", EthnicGroup.BLACK, "African"
    B9 = "B9", "Black/Black British: Any other background", EthnicGroup.BLACK, "Any other Black background"
    M1 = "M1", "Mixed: White and Black Caribbean", EthnicGroup.MIXED, "White and Black Caribbean"
    M2 = "M2", "Mixed: White and Black African", EthnicGroup.MIXED, "White and Black African"
    M3 = "M3", "Mixed: White and Asian", EthnicGroup.MIXED, "White and Asian"
    M9 = "M9", "Mixed: Any other background", EthnicGroup.MIXED, "Any other mixed background"
    W1 = (
        "W1",
        "White: English/Welsh/Scottish/Northern Irish/British",
        EthnicGroup.WHITE,
        "English, Welsh, Scottish, Northern Irish or British",
    )
    W2 = "W2", "White: Irish", EthnicGroup.WHITE, "Irish"
    W3 = "W3", "White: Gypsy or Irish Traveller", EthnicGroup.WHITE, "Gypsy or Irish Traveller"
    W5 = "W5", "White: Roma", EthnicGroup.WHITE, "Roma"
    W9 = "W9", "White: Any other background", EthnicGroup.WHITE, "Any other White background"
    O2 = "O2", "Other: Arab", EthnicGroup.OTHER, "Arab"
    O9 = "O9", "Other: Any other background", EthnicGroup.OTHER, "Any other ethnic group"
    NS = "NS", "Prefer not to say"
    UN = "UN", "Unknown"

    @property
    def current(self) -> bool:
        """Always true: a code that may no longer be given is not a member (see `LegacyEthnicity`)."""
        return True

    @property
    def stated(self) -> bool:
        """Whether the code says anything: "prefer not to say" and "unknown" do not."""
        return self.harmonised is not None

    @classmethod
    def from_input(cls, received: str) -> "Ethnicity":
        """The current code for a received one, legacy codes included. ValueError if it is neither."""
        code = received.strip().upper()
        return LegacyEthnicity(code).becomes if code in LegacyEthnicity.__members__ else cls(code)


class LegacyEthnicity(CodeList):
    """Codes found in older records: accepted on input, replaced by what they became, never stored or
    published as current."""

    becomes: Ethnicity

    def __new__(cls, code: str, label: str = "", becomes: Ethnicity = Ethnicity.UN) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label, member.becomes = label, becomes
        return member

    O1 = "O1", "Chinese (its place before 2011)", Ethnicity.A4
    W4 = "W4", "White: Gypsy or Irish Traveller (duplicate)", Ethnicity.W3
    W8 = "W8", "White: Irish Traveller/Gypsy (old)", Ethnicity.W3
    ETH03 = "ETH03", "Other (historic)", Ethnicity.O9
    MERGE = "MERGE", "Needs to be confirmed following merge", Ethnicity.UN
    Z1 = "Z1", "Missing", Ethnicity.UN

    @property
    def current(self) -> bool:
        return False


class EthnicitySource(CodeList):
    """Who said so. Only what the person said of themselves may be used in an ethnicity-based policy."""

    SELF_DEFINED = "SELF_DEFINED", "Said by the person"
    PARTNER = "PARTNER", "Supplied by a partner agency"
    OFFICIAL = "OFFICIAL", "Taken from an official record"


class Religion(CodeList):
    """The religions and beliefs that HMPPS offers now (hmpps-person-record `ReligionCode`; about fifty more
    codes there are historic). Restricted, and never a predicate of an eligibility policy."""

    AGNO = "AGNO", "Agnostic"
    ATHE = "ATHE", "Atheist"
    BAHA = "BAHA", "Bahá'í"
    BUDD = "BUDD", "Buddhist"
    CHJCLDS = "CHJCLDS", "Church of Jesus Christ of Latter-day Saints"
    CHRODX = "CHRODX", "Christian - Orthodox"
    CHRST = "CHRST", "Christian - Other"
    CHSC = "CHSC", "Church of Christ, Scientist"
    COFE = "COFE", "Christian - Anglican (including Church of England and Church in Wales)"
    HIND = "HIND", "Hindu"
    HUM = "HUM", "Humanist"
    JAIN = "JAIN", "Jain"
    JEHV = "JEHV", "Jehovah's Witness"
    JEW = "JEW", "Jewish"
    MOS = "MOS", "Muslim"
    NIL = "NIL", "No faith or belief"
    OORTH = "OORTH", "Christian - Oriental Orthodox"
    OTH = "OTH", "Other faith or belief"
    PAG = "PAG", "Pagan"
    QUAK = "QUAK", "Quaker"
    RAST = "RAST", "Rastafari"
    RC = "RC", "Christian - Roman Catholic"
    SATN = "SATN", "Satanist"
    SCIE = "SCIE", "Scientologist"
    SDAY = "SDAY", "Seventh Day Adventist"
    SHIA = "SHIA", "Muslim - Shia"
    SHNTAO = "SHNTAO", "Shintoist and Taoist"
    SIKH = "SIKH", "Sikh"
    SPIR = "SPIR", "Spiritualist"
    TPRNTS = "TPRNTS", "Prefers not to say"
    ZORO = "ZORO", "Zoroastrian"


class IdentifierScheme(CodeList):
    """Who issues an identifier. A person may hold several of one scheme: numbers are superseded when records
    are merged, so none is unique for ever."""

    PRISON_NUMBER = "prison_number", "Prison number (NOMS number)"
    CRN = "crn", "Probation case reference number"
    PNC = "pnc", "Police National Computer identifier"
    CRO = "cro", "Criminal Records Office number"

    @property
    def has_check_letter(self) -> bool:
        return self in (IdentifierScheme.PNC, IdentifierScheme.CRO)


class LegalStatus(CodeList):
    """Why a person is held (NOMIS, by way of prisoner-search). NOMIS assigns RECALL before INDETERMINATE, so
    a recalled lifer reads RECALL: whether the sentence is indeterminate is a fact of its own."""

    SENTENCED = "SENTENCED", "Serving a determinate sentence"
    RECALL = "RECALL", "Recalled to custody"
    INDETERMINATE_SENTENCE = "INDETERMINATE_SENTENCE", "Serving a life or other indeterminate sentence"
    REMAND = "REMAND", "On remand"
    CONVICTED_UNSENTENCED = "CONVICTED_UNSENTENCED", "Convicted, awaiting sentence"
    CIVIL_PRISONER = "CIVIL_PRISONER", "Civil prisoner"
    IMMIGRATION_DETAINEE = "IMMIGRATION_DETAINEE", "Immigration detainee"
    DEAD = "DEAD", "Dead"
    OTHER = "OTHER", "Other"
    UNKNOWN = "UNKNOWN", "Unknown"

    @property
    def known(self) -> bool:
        return self not in (LegalStatus.OTHER, LegalStatus.UNKNOWN)

    @property
    def serving_sentence(self) -> bool:
        return self in (LegalStatus.SENTENCED, LegalStatus.RECALL, LegalStatus.INDETERMINATE_SENTENCE)

    @property
    def awaiting_sentence(self) -> bool:
        """Not sentenced yet: the question opens again on sentencing."""
        return self in (LegalStatus.REMAND, LegalStatus.CONVICTED_UNSENTENCED)

    @property
    def convicted(self) -> bool:
        return self.serving_sentence or self is LegalStatus.CONVICTED_UNSENTENCED


class Setting(CodeList):
    """Where a person stands in the journey from custody to the community."""

    CUSTODY = "CUSTODY", "In custody"
    RELEASED = "RELEASED", "Released from custody"
    COMMUNITY_SENTENCE = "COMMUNITY_SENTENCE", "Serving a community sentence"
    COMMUNITY = "COMMUNITY", "In the community, with neither"


class MovementState(CodeList):
    """Where NOMIS says a person is. Its pseudo-agencies OUT and TRN are states, never prisons."""

    IN_ESTABLISHMENT = "IN_ESTABLISHMENT", "In an establishment"
    OUT = "OUT", "Released"
    TRN = "TRN", "In transfer between establishments"
    UNKNOWN = "UNKNOWN", "Unknown"

    @property
    def in_custody(self) -> bool | None:
        """True also in transfer; None when nobody knows."""
        return None if self is MovementState.UNKNOWN else self is not MovementState.OUT

    @classmethod
    def of_agency(cls, agency_id: str | None) -> "MovementState":
        """The state that an agency id stands for: any real agency means IN_ESTABLISHMENT."""
        code = (agency_id or "").strip().upper()
        if not code:
            return cls.UNKNOWN
        return cls(code) if code in (cls.OUT, cls.TRN) else cls.IN_ESTABLISHMENT
