"""What is true about feedback: what a form takes as an answer, and who may hand in whose."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.domain.kernel.access import Role
from app.domain.support.feedback.models import (
    Audience,
    FeedbackAnswer,
    FeedbackQuestion,
    FeedbackStatus,
    QuestionKind,
    TakenBy,
)

_VALUES = {
    QuestionKind.SCALE_1_5: frozenset("12345"),
    QuestionKind.YES_NO: frozenset({"YES", "NO"}),
}
_CURE = {
    QuestionKind.SCALE_1_5: "This question is answered with 1, 2, 3, 4 or 5.",
    QuestionKind.YES_NO: "This question is answered with YES or NO.",
}


class Wrong(NamedTuple):
    """What is wrong, where, and what to do about it."""

    pointer: str
    code: str
    cure: str


def wrong_questions(questions: Sequence[FeedbackQuestion]) -> Iterator[Wrong]:
    """Codes that a form has twice."""
    seen: set[str] = set()
    for n, question in enumerate(questions):
        if question.code in seen:
            yield Wrong(f"/questions/{n}/code", "GIVEN_TWICE", "Give each question a code of its own.")
        seen.add(question.code)


def wrong_answers(questions: Sequence[FeedbackQuestion], answers: Sequence[FeedbackAnswer]) -> Iterator[Wrong]:
    """Answers that the form has no question for, that are given twice, or that its question does not take. None is missing:
    each question may be left out."""
    kinds = {question.code: question.kind for question in questions}
    seen: set[str] = set()
    for n, answer in enumerate(answers):
        at = f"/answers/{n}"
        kind = kinds.get(answer.question)
        if kind is None:
            known = ", ".join(kinds)
            yield Wrong(f"{at}/question", "UNKNOWN_QUESTION", f"The form has no such question. It has: {known}.")
        elif answer.question in seen:
            yield Wrong(f"{at}/question", "GIVEN_TWICE", "Answer each question once.")
        elif kind in _VALUES and answer.value not in _VALUES[kind]:
            yield Wrong(f"{at}/value", "NOT_AN_ANSWER", _CURE[kind])
        seen.add(answer.question)


def wrong_form_of(
    status: FeedbackStatus, taken_by: TakenBy | None, answers: Sequence[FeedbackAnswer]
) -> Iterator[Wrong]:
    """What was answered says how it was taken; what was not answered says nothing more."""
    answered = status is FeedbackStatus.ANSWERED
    if answered != (taken_by is not None):
        yield Wrong("/taken_by", "ONE_OF", "Say how it was taken with ANSWERED, and only then.")
    if answers and not answered:
        yield Wrong("/answers", "ONE_OF", "Only ANSWERED has answers.")


def wrong_hands(role: Role, audience: Audience, status: FeedbackStatus, taken_by: TakenBy | None) -> Iterator[Wrong]:
    """A mentor speaks for himself. For his mentee he may write down that he did not wish to, or was not asked, or what he said
    when the form was read to him, so that nobody is left out who does not read. An agency speaks for itself."""
    if role is Role.REFERRER and audience is not Audience.PROFESSIONAL:
        yield Wrong("/form_id", "NOT_YOURS", "Choose a form for professionals.")
    if role is not Role.MENTOR:
        return
    if audience is Audience.PROFESSIONAL:
        yield Wrong("/form_id", "NOT_YOURS", "Choose a form for mentors or for mentees.")
    elif audience is Audience.MENTEE and status is FeedbackStatus.ANSWERED and taken_by is not TakenBy.READ_ALOUD:
        yield Wrong("/taken_by", "NOT_YOURS", "You hand in what he said when you read it to him: READ_ALOUD.")
