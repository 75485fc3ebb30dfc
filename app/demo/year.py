"""The year at Brixton, lived through by those who did it: the partner's program pushes, the coordinator does the rest.

Each referral takes a transaction for what is pushed and one for what is done about it, each all or nothing, so that a
run that broke off can be taken up where it stopped.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from app.demo.mentors import begin_engagement
from app.demo.people import on_a_slip
from app.demo.plan import PUSHED, STATED, Referred, the_year
from app.domain.journeys.new_facts import correct_person, learn_conviction, learn_custody_facts
from app.domain.kernel.actor import Actor
from app.domain.kernel.rows import civil_date
from app.domain.people.codes import Setting
from app.domain.people.models import (
    ChangePerson,
    PersonInput,
    RecordConsent,
    RecordCustodyFacts,
    SetProtectedCharacteristics,
)
from app.domain.people.offences import ConsentPurpose
from app.domain.people.operations import add_identifier, record_consent, set_protected_characteristics
from app.domain.referrals.models import (
    DEMO_PROGRAMME_ID,
    Channel,
    ConsentStated,
    Disposition,
    Referral,
    Source,
    SubmitReferral,
)
from app.domain.referrals.operations import submit, take_step
from app.domain.referrals.rules import Step

PROGRAMME_ID = UUID(DEMO_PROGRAMME_ID)
INVENTED = "Invented by the demo, as the report states no outcome for this referral: "

D = Disposition
# What was done in the end, and why; nothing more is done about who waits or of whom too little is known.
LAST_STEP: dict[Disposition, tuple[Step, str]] = {
    D.ALLOCATED: (Step.ALLOCATE, "A mentor was free."),
    D.RELEASED_UNSERVED: (Step.RECORD_RELEASE, "Left Brixton before a mentor was free."),
    D.DECLINED_BY_PERSON: (Step.DECLINE, "He told us that he does not want a mentor after all."),
    D.WITHDRAWN: (Step.WITHDRAW, "Whoever referred him has taken it back."),
    D.INELIGIBLE: (Step.CONFIRM_INELIGIBLE, "Checked with the Offender Management Unit: the facts are right."),
    D.DUPLICATE: (Step.MERGE, "The same man, referred a second time."),
    D.TRANSFERRED_BEFORE_ALLOCATION: (Step.RECORD_TRANSFER, "Moved to another prison before a mentor was free."),
}
CHANNELS = {
    Source.SELF_WING: Channel.PAPER_SLIP,
    Source.SELF_OTHER: Channel.KIOSK_APPLICATION,
    Source.PARTICIPANT_RECOMMENDATION: Channel.IN_PERSON,
    Source.NON_OPERATIONAL_STAFF: Channel.EMAIL,
    Source.OPERATIONAL_STAFF: Channel.IN_PERSON,
}
DETAILS = {
    Source.PARTICIPANT_RECOMMENDATION: ("Recommended by somebody who has a mentor",),
    Source.NON_OPERATIONAL_STAFF: ("Education", "Chaplaincy", "Resettlement"),
    Source.OPERATIONAL_STAFF: ("Care and Supervision Unit",),
    Source.OTHER_SERVICE: ("Drug and alcohol service", "Housing advice"),
}
MOVED_TO = ("ISI", "MTI", "CLI", "HOI", "FDI", "RCI")


async def live_through_the_year(database: Database, *, coordinator: Actor, client: Actor, now: datetime) -> None:
    """Do what has not been done yet. A referral that somebody has touched since is left alone."""
    async with database.write(coordinator) as session:
        rows = await session.exec(
            select(Referral.partner_reference, Referral.id, Referral.version).where(
                Referral.programme_id == PROGRAMME_ID, col(Referral.partner_reference).startswith("DEMO-")
            )
        )
        there = {reference: (key, version) for reference, key, version in rows}
    ids: dict[str, UUID] = {str(reference): key for reference, (key, _) in there.items()}
    for referred in the_year(civil_date(now)):
        key, version = there.get(referred.reference, (None, 1))
        by_partner = referred.source in PUSHED
        if key is not None and (version > 1 or referred.becomes not in LAST_STEP):
            continue
        if key is None and by_partner:
            async with database.write(client) as session:
                key = (await _submit(session, client, referred)).id
        actor = client if by_partner and referred.becomes is D.WITHDRAWN else coordinator
        async with database.write(actor) as session:
            if key is None:
                key = (await _submit(session, coordinator, referred)).id
            ids[referred.reference] = key
            await _see_through(session, actor, key, referred, ids)


async def _submit(session: AsyncSession, actor: Actor, referred: Referred) -> Referral:
    details = DETAILS.get(referred.source)
    known_at_first = not referred.on_a_slip
    consent = ConsentStated(
        voluntary_explained_at=referred.received - timedelta(minutes=20),
        confidentiality_explained_at=referred.received - timedelta(minutes=15),
        given=True,
    )
    command = SubmitReferral(
        programme_id=PROGRAMME_ID,
        source=referred.source,
        source_detail=details[referred.nth % len(details)] if details else None,
        channel=CHANNELS.get(referred.source),
        received_on=civil_date(referred.received),
        reason=_reason(referred),
        needs=list(referred.needs) if known_at_first else [],
        partner_reference=referred.reference,
        person=referred.person if known_at_first else on_a_slip(referred.person),
        custody=referred.custody if known_at_first else None,
        consent=consent if known_at_first else None,
    )
    return await submit(session, actor=actor, command=command, now=referred.received)


def _reason(referred: Referred) -> str:
    wish = f"Would like help with {referred.needs[0].label.lower()}."
    if referred.becomes in STATED:
        return wish
    return f"{wish} (What became of this referral is invented by the demo.)"


async def _see_through(
    session: AsyncSession, actor: Actor, key: UUID, referred: Referred, ids: Mapping[str, UUID]
) -> None:
    """From the first judgement to the end, as far as it came."""
    if referred.becomes not in LAST_STEP or referred.ended is None:
        return
    if referred.on_a_slip:
        await _find_out(session, actor, key, referred)
    if referred.becomes is D.ALLOCATED:
        await begin_engagement(session, actor, key, referred.nth, referred.ended)
        return
    step, why = LAST_STEP[referred.becomes]
    referral = await take_step(
        session,
        actor=actor,
        referral_id=key,
        step=step,
        version=None,
        now=referred.ended,
        reason=why if referred.becomes in STATED else INVENTED + why,
        effective_on=civil_date(referred.ended),
        into=ids[referred.duplicate_of] if referred.duplicate_of else None,
    )
    if referred.becomes is D.RELEASED_UNSERVED:
        out = ChangePerson(establishment="OUT", location=None, setting=Setting.RELEASED)
        await correct_person(
            session, actor=actor, person_id=referral.person_id, change=out, version=None, now=referred.ended
        )
    elif referred.becomes is D.TRANSFERRED_BEFORE_ALLOCATION:
        there = ChangePerson(establishment=MOVED_TO[referred.nth], location=None)
        await correct_person(
            session, actor=actor, person_id=referral.person_id, change=there, version=None, now=referred.ended
        )


async def _find_out(session: AsyncSession, actor: Actor, key: UUID, referred: Referred) -> None:
    """Two days after the slip the coordinator has seen the man and asked the Offender Management Unit."""
    person_id = (await session.exec(select(Referral.person_id).where(Referral.id == key))).one()
    now, known = referred.received + timedelta(days=2), referred.person
    await correct_person(session, actor=actor, person_id=person_id, change=_papers(known), version=None, now=now)
    for identifier in known.identifiers:
        await add_identifier(session, actor=actor, person_id=person_id, identifier=identifier, version=None, now=now)
    for conviction in known.convictions:
        await learn_conviction(session, actor=actor, person_id=person_id, conviction=conviction, version=None, now=now)
    said = SetProtectedCharacteristics(ethnicity=known.ethnicity, ethnicity_source=known.ethnicity_source)
    await set_protected_characteristics(session, actor=actor, person_id=person_id, change=said, version=None, now=now)
    consent = RecordConsent(purpose=ConsentPurpose.TAKING_PART, given=True, stated_at=now)
    await record_consent(session, actor=actor, person_id=person_id, consent=consent, now=now)
    facts = RecordCustodyFacts(
        **referred.custody.model_dump(exclude_unset=True),
        source="Offender Management Unit",
        verified_by="Seen on the unit's list",
    )
    await learn_custody_facts(session, actor=actor, person_id=person_id, command=facts, now=now)


def _papers(known: PersonInput) -> ChangePerson:
    return ChangePerson(
        date_of_birth=known.date_of_birth, sex=known.sex, establishment=known.establishment, setting=known.setting
    )
