"""django-ninja: pydantic schemas over the same models, keyset by a filter."""

import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import path
from ninja import NinjaAPI, Schema

from django_app.models import Referral
from django_app.pushing import push, referrals

api = NinjaAPI(openapi_url=None, docs_url=None)


class PersonOut(Schema):
    id: UUID
    given_name: str | None
    family_name: str | None
    date_of_birth: datetime.date | None
    establishment: str | None


class DecisionOut(Schema):
    outcome: str
    reasons: list[dict[str, Any]]
    basis: str | None
    custody_end: datetime.date | None
    threshold: datetime.date | None
    warnings: list[str]
    evaluated_on: datetime.date
    inputs: dict[str, Any]
    policy_id: UUID | None
    policy_version: int | None
    decided_at: datetime.datetime


class ReferralOut(Schema):
    id: UUID
    reference: str
    programme_id: UUID
    partner_id: UUID | None
    person: PersonOut
    source: str
    source_detail: str | None
    channel: str | None
    received_on: datetime.date
    reason: str | None
    needs: list[str]
    partner_reference: str | None
    disposition: str
    disposition_since: datetime.datetime
    information_due_on: datetime.date | None
    duplicate_of_id: UUID | None
    eligibility: DecisionOut
    received_at: datetime.datetime
    version: int
    created_at: datetime.datetime
    updated_at: datetime.datetime

    @staticmethod
    def resolve_eligibility(referral: Referral) -> Any:
        return referral.decisions.all()[0]


class PersonIn(Schema):
    given_name: str
    family_name: str
    date_of_birth: datetime.date
    establishment: str
    location: str
    sex: str


class CustodyIn(Schema):
    legal_status: str
    in_custody: bool
    conditional_release_date: datetime.date


class ConsentIn(Schema):
    given: bool


class PushIn(Schema):
    charity_id: UUID
    partner_id: UUID
    client_id: UUID
    programme_id: UUID
    source: str
    reason: str
    needs: list[str]
    partner_reference: str
    person: PersonIn
    custody: CustodyIn
    consent: ConsentIn


@api.get("/referrals", response=list[ReferralOut])
def list_referrals(
    request: HttpRequest, charity_id: UUID, programme_id: UUID, received_to: datetime.date, limit: int = 50
) -> Any:
    found = referrals().filter(charity_id=charity_id, programme_id=programme_id, received_on__lte=received_to)
    return found.order_by("-received_on", "-id")[:limit]


@api.get("/referrals/{referral_id}", response=ReferralOut)
def read_referral(request: HttpRequest, referral_id: UUID) -> Any:
    return get_object_or_404(referrals(), pk=referral_id)


@api.post("/referrals", response={201: ReferralOut})
def push_referral(request: HttpRequest, given: PushIn) -> Any:
    made = push(given.model_dump(), given.model_dump(mode="json"))
    return 201, referrals().get(pk=made)


urlpatterns = [path("", api.urls)]
