"""Somebody's story, through GraphQL."""

from app.domain.through_the_gate.queries import TIMELINE_LIST
from app.graphql.roots import Many, offer

offer(Many("timeline", TIMELINE_LIST, "What is recorded of people as one list; `personId` gives one man's story."))
