"""Cards by which somebody makes contact, through GraphQL. A code is entered at an address of its own, without a token."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.credentials import new_code
from app.domain.kernel.access import Permission
from app.domain.through_the_gate import operations
from app.domain.through_the_gate.models import CardIssued, IssueCard
from app.domain.through_the_gate.queries import RECONNECT_CARDS, RECONNECT_CARDS_LIST
from app.graphql.roots import Change, Command, Many, One, offer
from app.reconnect_card import issued
from app.visits import Visit

P = Permission


async def _issue(session: AsyncSession, visit: Visit, command: Command) -> CardIssued:
    code, digest = new_code()
    row = await operations.issue_card(session, actor=visit.actor, command=command.input, digest=digest, now=visit.now)
    return issued(row, code)


async def _revoke(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await operations.revoke_card(
        session, actor=visit.actor, card_id=command.id, version=command.version, now=visit.now
    )
    return row.id


offer(
    One("reconnectCard", RECONNECT_CARDS, "A card, without its code."),
    Many("reconnectCards", RECONNECT_CARDS_LIST, "Cards, the newest first; a mentor sees those of whom he mentors."),
    Change(
        "issueReconnectCard",
        CardIssued,
        _issue,
        "A card with its code and a page to print, shown this once. It ends the one before.",
        P.GATE_SUPPORT_WRITE,
        IssueCard,
    ),
    Change(
        "revokeReconnectCard",
        RECONNECT_CARDS,
        _revoke,
        "Its code is answered as one that never was.",
        P.GATE_SUPPORT_WRITE,
        by_id=True,
    ),
)
