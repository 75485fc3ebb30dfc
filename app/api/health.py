"""Probes and metrics: no authentication, no data."""

import prometheus_client
from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.api.calls import JSON, services_of
from app.api.context import Telemetry

router = APIRouter(tags=["Operations"])


class Health(BaseModel):
    """UP, or an answer of 503."""

    status: str = "UP"


_UP = Health().model_dump_json()


@router.get("/health/liveness", summary="Is the process alive?", responses={200: {"model": Health}})
async def liveness() -> Response:
    """Alive. Never touches the database: a database that is away is no reason to restart this process."""
    return Response(_UP, 200, media_type=JSON)


@router.get("/health/readiness", summary="Can it answer?", responses={200: {"model": Health}})
async def readiness(request: Request) -> Response:
    """Ready when the database answers; 503 otherwise."""
    await services_of(request).database.ping()
    return Response(_UP, 200, media_type=JSON)


@router.get("/metrics", summary="Read the metrics", responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request) -> Response:
    """Prometheus text: times by route template and status; nothing about anybody."""
    telemetry: Telemetry = request.app.state.telemetry
    return Response(
        prometheus_client.generate_latest(telemetry.registry),
        200,
        media_type="text/plain; version=0.0.4; charset=utf-8",
    )
