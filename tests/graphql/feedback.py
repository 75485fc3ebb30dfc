"""Mutations about feedback and calendar feeds, as their tests call them."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from app.domain.kernel.access import Role
from tests.matching.helpers import active_mentor, made
from tests.sessions.helpers import engaged, own_mentor
from tests.world import PASSWORD, CharityWorld

Variables = dict[str, Any]
QUESTIONS = [{"code": "WELL", "text": "Is all well?", "kind": "YES_NO"}]


def _form() -> Variables:
    code = f"CASE_{secrets.token_hex(4).upper()}"
    return {"code": code, "audience": "MENTEE", "title": "Example form", "questions": QUESTIONS}


async def _publishing(_: CharityWorld) -> Variables:
    return {"input": _form()}


async def _retiring(charity: CharityWorld) -> Variables:
    form = await made(charity.coordinator, "/v1/feedback-forms", _form())
    return {"id": form["id"], "version": form["version"]}


async def _giving(charity: CharityWorld) -> Variables:
    form = await made(charity.coordinator, "/v1/feedback-forms", _form())
    engagement = await engaged(charity)
    return {"input": {"formId": form["id"], "engagementId": engagement["id"], "status": "DECLINED"}}


async def _making(charity: CharityWorld) -> Variables:
    await own_mentor(charity)
    return {}


async def _revoking(charity: CharityWorld) -> Variables:
    body = {
        "display_name": "Example mentor",
        "email": f"feed-{secrets.token_hex(6)}@charity.example",
        "roles": ["mentor"],
    }
    member = await made(charity.manager, "/v1/members", {**body, "password": PASSWORD})
    await active_mentor(charity, member_id=member["id"])
    who = replace(charity.staff[Role.MENTOR], id=UUID(member["id"]))
    feed = (await who.post("/v1/calendar-feeds")).json()
    return {"id": feed["id"], "version": 1}


CASES: dict[str, Callable[[CharityWorld], Awaitable[Variables]]] = {
    "publishFeedbackForm": _publishing,
    "retireFeedbackForm": _retiring,
    "giveFeedback": _giving,
    "createCalendarFeed": _making,
    "revokeCalendarFeed": _revoking,
}
