"""What is counted of referrals."""

from collections.abc import Iterable

from app.domain.referrals.models import REPORTED_SOURCES, Disposition
from app.domain.reports.catalogue.definition import BANDS, Definition, Row, parts
from app.domain.reports.counting import NOT_KNOWN, WAITS, Figures
from app.domain.reports.models import MetricKind, MetricUnit

K, U = MetricKind, MetricUnit

_SOURCES = {
    "self_wing": "Himself, on the wing",
    "self_other": "Himself, elsewhere or by application",
    "participant_recommendation": "Recommended by somebody with a mentor",
    "prison_offender_manager": "Prison offender managers",
    "non_operational_staff": "Other non-operational staff",
    "operational_staff": "Operational staff",
    "other_service": "Other services",
}
_DISPOSITIONS = {
    "awaiting_information": "Too little is known yet",
    "awaiting_confirmation": "A refusal waits for somebody to confirm it",
    "ineligible": "Not eligible, confirmed",
    "waiting": "Waiting for a mentor",
    "allocated": "Has a mentor",
    "declined_by_person": "Does not want one",
    "withdrawn": "Taken back",
    "duplicate": "The same man once more",
    "transferred_before_allocation": "Transferred before there was a mentor",
    "released_unserved": "Released, eligible, without a mentor",
}


def _routes(_: Figures) -> Iterable[Row]:
    for source in REPORTED_SOURCES:
        for disposition in Disposition:
            label = f"{_SOURCES[source]}: {_DISPOSITIONS[disposition].lower()}"
            yield Row(f"{source}.{disposition}", label, f"route.{source}.{disposition}", f"source.{source}")


REFERRALS: tuple[Definition, ...] = (
    Definition(
        "referrals_received",
        "Referrals received",
        K.COUNT,
        U.REFERRALS,
        "Referrals received from the first to the last day of the period.",
        "referrals",
    ),
    Definition(
        "referrals_by_source",
        "Referrals by source",
        K.PARTS,
        U.REFERRALS,
        "Referrals received in the period, by who thought of it. Finer sources are counted under one of the seven.",
        "referrals",
        rows=parts("source", REPORTED_SOURCES, "referrals", _SOURCES.__getitem__),
    ),
    Definition(
        "dispositions",
        "What became of the referrals",
        K.PARTS,
        U.REFERRALS,
        "Referrals received in the period, each in the one disposition in which it stands when it is counted.",
        "referrals",
        rows=parts("disposition", Disposition, "referrals", _DISPOSITIONS.__getitem__),
    ),
    Definition(
        "dispositions_by_source",
        "What became of the referrals of each source",
        K.PARTS,
        U.REFERRALS,
        "Referrals received in the period, by source and by the disposition in which each stands; of each source's.",
        "referrals",
        rows=_routes,
    ),
    Definition(
        "released_unserved",
        "Released without a mentor",
        K.RATE,
        U.REFERRALS,
        "Of the referrals received in the period, those of men who were eligible and left before a mentor was free.",
        "disposition.released_unserved",
        "referrals",
    ),
    Definition(
        "waiting_time",
        "From the referral to the mentor",
        K.PARTS,
        U.REFERRALS,
        "Of the referrals received in the period that led to a mentor: days from receipt to the day both had said yes.",
        "disposition.allocated",
        rows=parts("wait", (*(key for key, _, _ in WAITS), NOT_KNOWN), "disposition.allocated", BANDS.__getitem__),
        median="wait",
        median_of="disposition.allocated",
    ),
)
