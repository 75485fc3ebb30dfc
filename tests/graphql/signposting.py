"""Each mutation about onward referrals: what it is called with so that it is done."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.sessions.helpers import engaged
from tests.support.onward import brought_to, day, suggested
from tests.world import CharityWorld

Variables = dict[str, Any]


async def _suggesting(charity: CharityWorld) -> Variables:
    engagement = await engaged(charity)
    what = {"serviceName": "Testcase Example Housing", "pathway": "ACCOMMODATION", "why": "He will have no address."}
    return {"input": {"engagementId": engagement["id"], "proposedBy": "MENTEE", **what}}


def _on(step: str, **given: Any) -> Callable[[CharityWorld], Awaitable[Variables]]:
    async def of(charity: CharityWorld) -> Variables:
        by = charity.coordinator
        onward = await brought_to(by, await suggested(by, await engaged(charity)), step)
        return {"id": onward["id"], "version": onward["version"], "input": given}

    return of


CASES: dict[str, Callable[[CharityWorld], Awaitable[Variables]]] = {
    "suggestOnwardReferral": _suggesting,
    "sendOnwardReferral": _on("send", consent={"givenOn": day(days=1), "by": "WORDS"}),
    "acceptOnwardReferral": _on("accept"),
    "startOnwardReferral": _on("start", words="His first appointment."),
    "declineOnwardReferral": _on("decline", by="SERVICE", reason="NO_CAPACITY"),
    "withdrawOnwardConsent": _on("withdraw-consent"),
    "closeOnwardReferral": _on("close", result="PARTLY_HELPED"),
}
