"""Django REST framework: a ModelViewSet with nested serializers and cursor pagination."""

from typing import Any

from django.urls import include, path
from rest_framework import serializers, viewsets
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import DefaultRouter

from django_app.models import Decision, Person, Referral
from django_app.pushing import push, referrals


class PersonSerializer(serializers.ModelSerializer):
    class Meta:
        model = Person
        fields = ["id", "given_name", "family_name", "date_of_birth", "establishment"]


class DecisionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Decision
        fields = [
            *("outcome", "reasons", "basis", "custody_end", "threshold", "warnings", "evaluated_on", "inputs"),
            *("policy_id", "policy_version", "decided_at"),
        ]


class ReferralSerializer(serializers.ModelSerializer):
    person = PersonSerializer()
    eligibility = serializers.SerializerMethodField()

    class Meta:
        model = Referral
        fields = [
            *("id", "reference", "programme_id", "partner_id", "person", "source", "source_detail", "channel"),
            *("received_on", "reason", "needs", "partner_reference", "disposition", "disposition_since"),
            *(
                "information_due_on",
                "duplicate_of",
                "eligibility",
                "received_at",
                "version",
                "created_at",
                "updated_at",
            ),
        ]

    def get_eligibility(self, referral: Referral) -> Any:
        return DecisionSerializer(referral.decisions.all()[0]).data


class PushedPerson(serializers.ModelSerializer):
    class Meta:
        model = Person
        fields = ["given_name", "family_name", "date_of_birth", "establishment", "location", "sex"]


class PushedCustody(serializers.Serializer):
    legal_status = serializers.CharField()
    in_custody = serializers.BooleanField()
    conditional_release_date = serializers.DateField()


class PushedConsent(serializers.Serializer):
    given = serializers.BooleanField()


class PushSerializer(serializers.Serializer):
    charity_id = serializers.UUIDField()
    partner_id = serializers.UUIDField()
    client_id = serializers.UUIDField()
    programme_id = serializers.UUIDField()
    source = serializers.CharField(max_length=40)
    reason = serializers.CharField(max_length=4000)
    needs = serializers.ListField(child=serializers.CharField(), max_length=7)
    partner_reference = serializers.CharField(max_length=100)
    person = PushedPerson()
    custody = PushedCustody()
    consent = PushedConsent()


class Newest(CursorPagination):
    page_size = 50
    ordering = ("-received_on", "-id")


class ReferralViewSet(viewsets.ModelViewSet):
    serializer_class = ReferralSerializer
    pagination_class = Newest

    def get_queryset(self) -> Any:
        found = referrals()
        asked = self.request.query_params
        for parameter, condition in (
            ("charity_id", "charity_id"),
            ("programme_id", "programme_id"),
            ("received_to", "received_on__lte"),
        ):
            if parameter in asked:
                found = found.filter(**{condition: asked[parameter]})
        return found

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        given = PushSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        made = push(given.validated_data, request.data)
        return Response(self.get_serializer(referrals().get(pk=made)).data, status=201)


router = DefaultRouter()
router.register("referrals", ReferralViewSet, basename="referral")
urlpatterns = [path("", include(router.urls))]
