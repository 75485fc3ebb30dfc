"""create_app(): the one place that knows everything."""

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from pathlib import Path

import structlog
from fastapi import FastAPI
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api import (
    absences,
    audit,
    calendars,
    case_studies,
    contact_permissions,
    directory,
    eligibility,
    endings,
    engagements,
    errors,
    feedback,
    forecasts,
    gate_support,
    goals,
    health,
    matching,
    measures,
    members,
    mentors,
    merging,
    metrics,
    moves,
    notes,
    organisations,
    outcomes,
    people,
    placements,
    problems,
    programmes,
    reconnect,
    referrals,
    release_plans,
    reminders,
    reports,
    safeguarding,
    sessions,
    signposting,
    supervision,
    timeline,
    token,
    toolkits,
)
from app.api.body import StrictBody
from app.api.context import RequestContext, Telemetry
from app.api.direct import Direct
from app.api.explorer import explorer_routes
from app.api.openapi import api_routes, describe
from app.auth.keys import KeyRing
from app.auth.tokens import VerifiedTokens
from app.database import Database
from app.domain.kernel.reading.cursors import Cursors
from app.graphql.explorer import explorer_routes as graphiql_routes
from app.graphql.http import graphql_routes
from app.graphql.subscriptions import Subscriptions
from app.graphql.trusted import judge
from app.settings import Settings
from app.visits import Services, now_utc

log = structlog.get_logger("throughgate.main")
_TIDY_SECONDS = 900.0

ROUTERS = (
    referrals.router,
    people.router,
    merging.router,
    timeline.router,
    placements.of_person,
    moves.of_person,
    absences.of_person,
    eligibility.router,
    programmes.router,
    mentors.router,
    mentors.absences,
    matching.router,
    forecasts.router,
    engagements.router,
    sessions.router,
    sessions.series,
    sessions.contacts,
    notes.router,
    notes.barriers,
    safeguarding.router,
    safeguarding.alarms,
    safeguarding.acct,
    safeguarding.restricted,
    placements.router,
    moves.router,
    contact_permissions.router,
    supervision.router,
    release_plans.of_programme,
    release_plans.router,
    gate_support.of_programme,
    gate_support.router,
    reminders.router,
    endings.of_engagement,
    endings.of_person,
    endings.router,
    endings.deaths,
    reconnect.entering,
    reconnect.router,
    absences.router,
    calendars.router,
    calendars.feed,
    feedback.router,
    feedback.forms,
    goals.plans,
    goals.router,
    toolkits.router,
    toolkits.progress,
    toolkits.certificates,
    signposting.router,
    outcomes.router,
    outcomes.summaries,
    measures.of_engagement,
    measures.router,
    measures.answers,
    metrics.router,
    reports.router,
    reports.publications,
    case_studies.router,
    engagements.tasks,
    directory.router,
    directory.public,
    organisations.router,
    members.router,
    audit.router,
    token.router,
    problems.router,
    health.router,
)


class Service(FastAPI):
    """FastAPI behind our own layers: they see every request first, and nothing of its machinery runs for what they answer
    themselves."""

    in_front: Callable[[ASGIApp], ASGIApp] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self.middleware_stack is not None:
            scope["app"] = self
            await self.middleware_stack(
                scope, receive, send
            )  # FastAPI would first ask the environment for its telemetry
        else:
            await super().__call__(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        inner = super().build_middleware_stack()
        if self.in_front is None:
            return inner
        # Starlette's own last resort answers in plain words and has the server print what an error quotes: ours does neither.
        assert isinstance(inner, ServerErrorMiddleware)
        return self.in_front(inner.app)


def create_app(settings: Settings, *, database_url: str, clock: Callable[[], datetime] = now_utc) -> Service:
    """The service on one database. The database must be migrated; connections open with the first request."""
    ring = KeyRing.load_or_create(settings.data_dir / "keys" / "ring.json", now=clock())
    database = Database(database_url, pool_size=settings.pool_size)
    telemetry = Telemetry()
    subscriptions = Subscriptions(database.feed, at_once=max(1, settings.pool_size // 2))
    telemetry.gauge("throughgate_open_subscriptions", "GraphQL subscriptions open now.", lambda: len(subscriptions))

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        beside = [
            asyncio.create_task(_now_and_then(_TIDY_SECONDS, "tidying", database.tidy)),
            asyncio.create_task(_now_and_then(settings.remind_seconds, "reminding", lambda: database.remind(clock()))),
        ]
        yield
        subscriptions.end()
        for task in beside:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await database.close()

    app = bare_app(lifespan)
    app.state.telemetry = telemetry
    app.state.subscriptions = subscriptions
    app.state.services = Services(
        settings=settings,
        database=database,
        ring=ring,
        tokens=VerifiedTokens(ring, issuer=settings.issuer),
        cursors=Cursors(_cursor_secret(settings.data_dir / "keys")),
        clock=clock,
        judge_document=judge,
    )
    app.in_front = lambda inner: RequestContext(
        StrictBody(Direct(inner, api_routes(app), graphql_routes()), max_bytes=settings.max_body_bytes),
        telemetry=telemetry,
    )
    return app


async def _now_and_then(seconds: float, what: str, work: Callable[[], Awaitable[object]]) -> None:
    """Every process of a deployment does this; of two at once the second finds nothing left to do."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except Exception as error:  # this can wait; serving cannot
            log.warning(f"{what} failed", error_type=type(error).__name__)


async def _to_the_explorer(_: Request) -> RedirectResponse:
    return RedirectResponse("/docs")


def bare_app(lifespan: Callable[[FastAPI], contextlib.AbstractAsyncContextManager[None]] | None = None) -> Service:
    """The routes alone, without a database: what `throughgate openapi` describes."""
    app = Service(
        title="Throughgate",
        version="0.1.0",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        lifespan=lifespan,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    for router in ROUTERS:
        app.include_router(router)
    app.router.routes.extend(directory.preflights)
    app.router.routes.append(Route("/", _to_the_explorer))
    app.router.routes.extend(explorer_routes())
    app.router.routes.extend(graphql_routes())
    app.router.routes.extend(graphiql_routes())
    errors.install(app)
    describe(app, ROUTERS)
    return app


def _cursor_secret(folder: Path) -> bytes:
    """Made once per deployment and shared by its processes, as the key ring beside it is."""
    path = folder / "cursors.key"
    with contextlib.suppress(FileExistsError), tempfile.TemporaryDirectory(dir=folder) as scratch:
        fresh = Path(scratch) / "key"
        fresh.touch(mode=0o600)
        fresh.write_bytes(os.urandom(32))
        path.hardlink_to(fresh)  # whole or not at all, and never over another process's
    return path.read_bytes()
