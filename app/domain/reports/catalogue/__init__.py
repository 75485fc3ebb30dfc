"""Every metric there is: one definition each, for REST, GraphQL and reports. A definition that comes to count otherwise is a new
version; figures that were frozen keep the version that they were counted by."""

from app.domain.reports.catalogue.definition import Definition, Row
from app.domain.reports.catalogue.outcomes import OUTCOMES
from app.domain.reports.catalogue.people import PEOPLE
from app.domain.reports.catalogue.referrals import REFERRALS
from app.domain.reports.catalogue.work import WORK

__all__ = ["BY_NAME", "DEFINITIONS", "Definition", "Row"]

DEFINITIONS: tuple[Definition, ...] = (*REFERRALS, *PEOPLE, *WORK, *OUTCOMES)
BY_NAME: dict[str, Definition] = {definition.name: definition for definition in DEFINITIONS}
