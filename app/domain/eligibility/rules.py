"""`evaluate`: a policy and the facts in, a decision with all its reasons out.

Three-valued: a FALSE in `all` makes INELIGIBLE, else an UNKNOWN makes UNDETERMINED, else ELIGIBLE; `any` and
`not` by De Morgan. Every predicate is evaluated and reported, in the order of the policy, whatever the others
found. The machine never refuses: INELIGIBLE is a proposal, and so is any answer of a policy that looks at
ethnicity or health, until a named human confirms it (UK GDPR articles 22A to 22D).
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.domain.eligibility.criteria import Leaf
from app.domain.eligibility.custody import CustodyFinding
from app.domain.eligibility.decision import Decision, Outcome, PolicyReference, Reason
from app.domain.eligibility.facts import PersonFacts
from app.domain.eligibility.judgements import Case, judge
from app.domain.eligibility.policy import AllOf, AnyOf, Not, PolicyDocument
from app.domain.eligibility.truth import Truth

__all__ = ["Decision", "Outcome", "PolicyReference", "Reason", "Truth", "evaluate", "needs_confirmation"]


@dataclass(slots=True)
class _Hearing:
    """One evaluation under way: what has been found so far."""

    case: Case
    reasons: list[Reason] = field(default_factory=list)
    custody: list[CustodyFinding] = field(default_factory=list)

    def hear(self, node: Leaf | AllOf | AnyOf | Not, *, negated: bool = False) -> Truth:
        # Lists, not generators, so that nothing is cut short: the person is owed every reason.
        if isinstance(node, Not):
            return self.hear(node.of, negated=not negated).negated()
        if isinstance(node, AllOf):
            return Truth.all_of([self.hear(child, negated=negated) for child in node.of])
        if isinstance(node, AnyOf):
            return Truth.any_of([self.hear(child, negated=negated) for child in node.of])
        verdict = judge(node, self.case)
        # Under a `not` the finding reads the wrong way round, and the person must be told so.
        turned = " Here the programme asks for the opposite." if negated else ""
        reason = Reason(code=verdict.code, predicate=node.predicate, detail=verdict.detail + turned)
        self.reasons.append(reason)
        if verdict.custody is not None:
            self.custody.append(verdict.custody)
        return verdict.truth


def evaluate(policy: PolicyDocument, facts: PersonFacts, *, evaluated_on: date) -> Decision:
    """Judge a person by a policy, on the London date that the referral was received.

    Pure and total: the same arguments give the same decision, and no combination of facts raises. Reason
    codes are those of `CustodyReason` and of `judgements.py`; warning codes those of `CustodyFinding`.
    """
    hearing = _Hearing(Case(facts, evaluated_on, policy.code_sets))
    truth = hearing.hear(policy.root)
    # Should a policy ask twice about custody, the least favourable answer is the one to show.
    custody = min(hearing.custody, key=lambda found: found.truth.value, default=None)
    return Decision(
        outcome=Outcome.of(truth),
        reasons=tuple(hearing.reasons),
        basis=custody.basis.value if custody and custody.basis else None,
        custody_end=custody.custody_end if custody else None,
        threshold=custody.threshold if custody else None,
        warnings=tuple(dict.fromkeys(code for found in hearing.custody for code in found.warnings)),
        evaluated_on=evaluated_on,
        policy=PolicyReference(id=policy.id, version=policy.version),
        inputs=_inputs(policy, facts),
    )


def needs_confirmation(policy: PolicyDocument, outcome: Outcome) -> bool:
    """Whether a named human must confirm before this outcome may close a referral."""
    return outcome is Outcome.INELIGIBLE or policy.requires_human_confirmation()


def _inputs(policy: PolicyDocument, facts: PersonFacts) -> dict[str, Any]:
    """The facts the policy asks for, and no others: null where unknown, but of custody only what is known."""
    asked = dict.fromkeys(name for leaf in policy.criteria() for name in leaf.asks)
    values = facts.model_dump(mode="json", include=set(asked))
    if "custody" in values:
        values["custody"] = {name: value for name, value in values["custody"].items() if value is not None}
    return {name: values[name] for name in asked}
