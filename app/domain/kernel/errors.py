"""Errors are named facts with a stable code; both doors translate them, nobody catches them on the way.

Each class is its own catalogue entry: `code` is what programs match on, `title` what people read, the docstring the
page behind the problem's `type`, and `cure` what the caller can do. Details never repeat what the caller sent.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one place in the input: a JSON pointer, a stable code, a sentence."""

    pointer: str
    code: str
    detail: str


class DomainError(Exception):
    """The root; never raised itself. `status` is the HTTP status that the REST door answers with."""

    code: ClassVar[str] = "INTERNAL_ERROR"
    title: ClassVar[str] = "Something went wrong on our side"
    status: ClassVar[int] = 500
    cure: ClassVar[str] = "Try again; if it happens again, tell us the request_id."

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        cure: str | None = None,
        headers: dict[str, str] | None = None,
        links: dict[str, str] | None = None,
    ) -> None:
        self.detail = detail or type(self).title
        self.errors = tuple(errors)
        self.suggested_action = cure or type(self).cure
        self.headers = headers or {}
        self.links = links or {}
        super().__init__(self.detail)


class InternalError(DomainError):
    """The service failed in a way that it did not expect. Nothing was half-done: the transaction was rolled back."""


class Unauthenticated(DomainError):
    """The request carries no usable access token: it is missing, malformed, expired, revoked, or was issued before
    the rights of its holder changed."""

    code = "UNAUTHENTICATED"
    title = "A valid access token is needed"
    status = 401
    cure = "Get a new token from /oauth/token and send it as `Authorization: Bearer <token>`."


class Forbidden(DomainError):
    """The token is valid, but its role and scopes do not include what this operation needs."""

    code = "INSUFFICIENT_SCOPE"
    title = "Your role or your token's scopes do not allow this"
    status = 403
    cure = "Use a member or client whose role allows it, and ask for the scope when getting the token."


class NotFound(DomainError):
    """There is no such thing, or you may not see it. The two are answered alike, on purpose."""

    code = "NOT_FOUND"
    title = "Not found"
    status = 404
    cure = "Check the address and the id."


class MalformedRequest(DomainError):
    """The request could not be read: not JSON, not UTF-8, too deep, a NUL character, a number that is not finite,
    or a malformed header."""

    code = "MALFORMED_REQUEST"
    title = "The request could not be read"
    status = 400
    cure = "Send well-formed UTF-8 JSON without NUL characters, nested at most 20 deep."


class InvalidCursor(DomainError):
    """The cursor was not issued by this list, or was changed on the way."""

    code = "INVALID_CURSOR"
    title = "The cursor is not valid for this list"
    status = 400
    cure = "Start again without `cursor`, with the same filters and order throughout."


class DocumentTooComplex(DomainError):
    """The GraphQL document asks for more than one request may: it is too long, too deep, too wide, or would read too
    many rows. `detail` names the limit, and how far the document goes beyond it. It was neither validated nor run."""

    code = "GRAPHQL_LIMIT_EXCEEDED"
    title = "The GraphQL document is too complex"
    status = 400
    cure = "Ask for less at once: smaller pages (`first`), fewer levels and aliases, or several requests."


class DocumentNotFound(DomainError):
    """No GraphQL document with this id is registered for the client that asks: it never was, it was withdrawn, or it is
    another client's. Asking with the text beside the id registers nothing."""

    code = "DOCUMENT_NOT_FOUND"
    title = "No such document is registered for you"
    status = 404
    cure = "Register the document for this client, or send its text as `query` if this client may."


class TrustedDocumentsOnly(DomainError):
    """This client is limited to trusted documents: through GraphQL it may ask only what is registered for it, by id, and
    it may register nothing itself. REST is not limited by this."""

    code = "TRUSTED_DOCUMENTS_ONLY"
    title = "This client may only ask registered documents"
    status = 403
    cure = "Send `documentId` instead of `query`; a manager of the charity registers documents for this client."


class PayloadTooLarge(DomainError):
    """The body is larger than one mebibyte."""

    code = "PAYLOAD_TOO_LARGE"
    title = "The body is too large"
    status = 413
    cure = "Send at most 1,048,576 bytes."


class UnsupportedMediaType(DomainError):
    """The body's media type is not one that this operation reads."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    title = "The body's media type is not supported"
    status = 415
    cure = "Send `Content-Type: application/json`."


class MethodNotAllowed(DomainError):
    """The address exists, but not with this HTTP method."""

    code = "METHOD_NOT_ALLOWED"
    title = "This method is not allowed here"
    status = 405
    cure = "See the Allow header and /docs."


class NotAcceptable(DomainError):
    """The answer cannot be given in a media type that the request accepts: a GraphQL subscription is answered as a stream
    of events."""

    code = "NOT_ACCEPTABLE"
    title = "The answer has no form that you accept"
    status = 406
    cure = "Send `Accept: text/event-stream` with a subscription."


class TooManySubscriptions(DomainError):
    """As many subscriptions are open as may be at once: 20 of one member or client, 500 in one process of the service.
    `detail` says which."""

    code = "TOO_MANY_SUBSCRIPTIONS"
    title = "Too many subscriptions are open"
    status = 429
    cure = "Close one that you no longer need, or subscribe again after the number of seconds in Retry-After."


class ValidationFailed(DomainError):
    """The input was read but breaks a rule. `errors` names each place by JSON pointer, with a code and a sentence.
    Nothing was stored."""

    code = "VALIDATION_FAILED"
    title = "The input breaks a rule"
    status = 422
    cure = "Correct the places named in `errors` and send the request again."


def invalid(pointer: str, code: str, detail: str) -> ValidationFailed:
    """One thing wrong with one place in the input."""
    return ValidationFailed(detail, errors=[FieldError(pointer, code, detail)])


class IdempotencyKeyReused(DomainError):
    """This Idempotency-Key was used for a request with other content. The first request stands; this one did
    nothing."""

    code = "IDEMPOTENCY_KEY_REUSED"
    title = "This Idempotency-Key belongs to another request"
    status = 422
    cure = "Use a new key for a new request; repeat a request only with the same method, address and body."


class IdempotencyKeyInUse(DomainError):
    """A request with this Idempotency-Key is still being worked on."""

    code = "IDEMPOTENCY_KEY_IN_USE"
    title = "A request with this Idempotency-Key is still running"
    status = 409
    cure = "Wait a second and repeat the request with the same key: you will get the first one's answer."


class Conflict(DomainError):
    """The request contradicts the present state of the resource."""

    code = "CONFLICT"
    title = "The request contradicts the present state"
    status = 409
    cure = "Read the resource again and decide anew."


class TransitionNotAllowed(Conflict):
    """A referral moves only along the arrows of one table (docs/referral-dispositions.md); this step is not one of
    them from where the referral is now."""

    code = "TRANSITION_NOT_ALLOWED"
    title = "The referral cannot take this step from where it is"
    cure = "Read the referral: its disposition says where it is and its `links` which steps are open."


class IntakePaused(Conflict):
    """The programme takes no new referrals at the moment. The answer says why and, where known, until when."""

    code = "INTAKE_PAUSED"
    title = "This programme's intake is paused"
    cure = "Keep the referral and push it again after the time in Retry-After, or ask the charity."


class PartnerReferenceTaken(Conflict):
    """Your agency already pushed a referral with this partner_reference. Each of your references makes one referral."""

    code = "PARTNER_REFERENCE_TAKEN"
    title = "Your partner_reference was used before"
    cure = (
        "Read your earlier referral (by `links.earlier_referral`, or GET /v1/referrals?partner_reference=…), or use another "
        "reference for another referral."
    )


class AlreadyExists(Conflict):
    """Something with the same unique name exists already."""

    code = "ALREADY_EXISTS"
    title = "This already exists"
    cure = "Use the one that exists, or choose another name."


class PreconditionRequired(DomainError):
    """A change must say which version it changes, so that nobody overwrites what they have not seen."""

    code = "PRECONDITION_REQUIRED"
    title = "If-Match is required"
    status = 428
    cure = "GET the resource, take its ETag, and send it back as If-Match."


class PreconditionFailed(DomainError):
    """Somebody changed the resource since you read it. Nothing was written."""

    code = "PRECONDITION_FAILED"
    title = "The resource has changed since you read it"
    status = 412
    cure = "GET the resource again, look at what changed, and repeat your change with the new ETag."


class OutcomeUnknown(DomainError):
    """The database could not say whether the change was kept. Repeating it with the same Idempotency-Key is safe."""

    code = "OUTCOME_UNKNOWN"
    title = "It is not known whether the change was kept"
    status = 503
    cure = "Repeat the request with the same Idempotency-Key."


class Unavailable(DomainError):
    """The service cannot answer right now: it is starting, stopping, or its database is out of reach or too busy."""

    code = "UNAVAILABLE"
    title = "The service is not available right now"
    status = 503
    cure = "Try again after the number of seconds in Retry-After."


def catalogue() -> Iterator[type[DomainError]]:
    """Every problem that this service can answer with: those of this file first, then each step's own, in the order of their files;
    in whatever order these were read."""
    pending: list[type[DomainError]] = list(DomainError.__subclasses__())
    found: list[type[DomainError]] = []
    while pending:
        kind = pending.pop(0)
        found.append(kind)
        pending = kind.__subclasses__() + pending
    yield from sorted(found, key=lambda kind: (kind.__module__ != __name__, kind.__module__))
