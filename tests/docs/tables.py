"""The tables of the documentation that are made from the code. A test compares; to write them anew:

.venv/bin/python -m tests.docs.tables
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr

from app.domain.eligibility.criteria import Leaf, OnProtectedCharacteristic
from app.domain.eligibility.seeded import load, names
from app.domain.kernel.access import ROLE_PERMISSIONS, Permission, Role
from app.domain.kernel.errors import catalogue
from app.domain.referrals.models import Disposition, Source
from app.domain.referrals.rules import JUDGED, TABLE, Step, status_of
from app.graphql import limits
from app.graphql.naming import type_name
from app.graphql.schema import schema
from app.graphql.selection import camel
from app.graphql.types import REGISTRY
from app.settings import Settings
from tests.docs.mentoring_tables import MENTORING

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"

_BLOCK = re.compile(r"<!-- table: (?P<name>[a-z-]+) -->\n(?P<body>.*?)<!-- end of table -->", re.DOTALL)

_JUDGEMENTS = {step for step, _ in JUDGED.values()}

WHO = {
    **dict.fromkeys(Step, "the charity's staff or program"),
    **dict.fromkeys(_JUDGEMENTS, "a judgement"),
    Step.CONFIRM_INELIGIBLE: "a named member of staff, never a program",
    Step.OVERRULE: "a named member of staff, never a program",
    Step.WITHDRAW: "the charity, or the agency that pushed it",
}

MEANINGS = {
    Disposition.AWAITING_INFORMATION: "Something that the policy asks for is not known yet; it is wanted by a set day.",
    Disposition.AWAITING_CONFIRMATION: "The machine proposes that he is ineligible; a person has not looked yet.",
    Disposition.INELIGIBLE: "A named person has confirmed it, with a reason.",
    Disposition.WAITING: "Eligible, on the waiting list.",
    Disposition.ALLOCATED: "He has a mentor.",
    Disposition.DECLINED_BY_PERSON: "He did not want it.",
    Disposition.WITHDRAWN: "Whoever referred him took it back.",
    Disposition.DUPLICATE: "The same person and request as another referral, which goes on.",
    Disposition.TRANSFERRED_BEFORE_ALLOCATION: "He was moved to where it does not run, before he had a mentor.",
    Disposition.RELEASED_UNSERVED: "He left custody, eligible, before a mentor was free.",
}

VARIABLES = {
    "THROUGHGATE_ENVIRONMENT": "`production` refuses `run`, `seed`, `token` and `demo-credentials`. `run` and `seed` "
    "count an unset one as `demo`.",
    "THROUGHGATE_DATA_DIR": "Signing keys, the cursors' key and, for the embedded PostgreSQL, its data. A relative "
    "path starts at the working directory: give an absolute one to every process and command of a deployment.",
    "DATABASE_URL": "The database as the service uses it: log in as `throughgate_app`. Unset: the embedded PostgreSQL.",
    "MIGRATION_DATABASE_URL": "The same database as whoever may change its shape. Unset: `DATABASE_URL`.",
    "HOST": "The address to listen on.",
    "PORT": "The port to listen on.",
    "THROUGHGATE_BASE_URL": "The public address, without a path: the tokens' issuer and audience. Unset: "
    "`http://HOST:PORT`, which is right only without a proxy.",
    "THROUGHGATE_POOL_SIZE": "Connections for reads, and as many again for writes, per process.",
    "THROUGHGATE_REMIND_SECONDS": "How often each process looks for alarms that nobody has taken on for a quarter of an hour.",
    "THROUGHGATE_TOKEN_LIFETIME": "Seconds that an access token lasts.",
    "THROUGHGATE_MAX_BODY_BYTES": "The largest body that is read; a larger one is answered 413.",
    "THROUGHGATE_LOG_LEVEL": "`INFO` logs one line for each request; `WARNING` and `ERROR` leave those out.",
}

PREDICATES = {
    "custody_remaining": "at least so much of a custodial sentence is left: the rule above",
    "age": "completed years on the day; `<` and `>` leave `value` itself out",
    "legal_status": "the legal status is one of these",
    "in_custody": "in custody, or not; temporary absence is custody",
    "setting": "in custody, released, or on a community sentence",
    "establishment": "held in one of these prisons, by agency id",
    "region": "the probation region is one of these; capitals do not matter",
    "sex": "recorded sex is one of these",
    "gender_identity": "gender identity, as stated, is one of these",
    "ethnic_group": "ethnicity, as the person says it, is in a code set that the policy carries",
    "convicted_of": "convicted of any, or of none, of these offence groups, within `scope`",
    "has_conviction": "has any conviction, or none",
    "cjs_contact": "in contact with the criminal justice system in any way",
    "transition_within": "leaves custody within `before`, or left it within `after`",
    "referral_route": "the referral's source is one of these",
    "consent_given": "wants to take part",
    "incentive_level": "not on one of these incentive levels",
    "risk_flag": "none of these alert codes is in force",
    "always": "true of everybody",
}

LIMITS = {
    "MAX_BYTES": "bytes",
    "MAX_TOKENS": "tokens",
    "MAX_DEPTH": "fields below each other",
    "MAX_SELECTIONS": "selections, with all fragments expanded",
    "MAX_LIST_PARTS": "`edges` and `pageInfo` in all its lists",
    "MAX_ROOT_FIELDS": "root fields",
    "MAX_ALIASES": "aliases",
    "MAX_ALIASES_OF_ONE": "aliases of one field in one place",
    "MAX_FRAGMENTS": "fragments",
    "MAX_DIRECTIVES": "directives",
    "MAX_COST": "expected rows: a list counts as long as it is asked for, 50 if that is not said",
    "MAX_PAGE": "rows on a page, and ids of `nodes`",
}


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *(list(row) for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _codes(codes: Iterable[str]) -> str:
    return ", ".join(f"`{code}`" for code in codes)


def dispositions() -> str:
    rows = ((f"`{d.value}`", f"`{status_of(d).value}`", MEANINGS[d]) for d in Disposition)
    return _table(("disposition", "status", "meaning"), rows)


def steps() -> str:
    rows = (
        (_codes(d.value for d in Disposition if d in sources), f"`{step.value}`", f"`{end.value}`", WHO[step])
        for sources, step, end in TABLE
    )
    return _table(("from", "step", "to", "taken by"), rows)


def first_judgement() -> str:
    rows = ((f"`{outcome.value}`", f"`{end.value}`") for outcome, (_, end) in JUDGED.items())
    return _table(("outcome", "a new referral stands in"), rows)


def sources() -> str:
    rows = ((f"`{source.value}`", f"`{source.reports_as.value}`") for source in Source)
    return _table(("source", "counted in the ledger as"), rows)


def _allowed(name: str) -> str:
    field = Settings.model_fields[name]
    kinds = [field.annotation, *get_args(field.annotation)]
    choices = [value for kind in kinds if get_origin(kind) is Literal for value in get_args(kind)]
    if choices:
        return _codes(choices)
    if SecretStr in kinds:
        return "`postgresql://…`"
    low = next((m.ge for m in field.metadata if getattr(m, "ge", None) is not None), None)
    high = next((m.le for m in field.metadata if getattr(m, "le", None) is not None), None)
    if low is not None:
        return f"{low:,} to {high:,}" if high is not None else f"{low:,} or more"
    return {Path: "a folder", bool: "`true`, `false`"}.get(field.annotation, "text")  # type: ignore[call-overload]


def variables() -> str:
    rows = []
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = "unset" if default is None else f"`{str(default).lower() if isinstance(default, bool) else default}`"
        variable = str(field.validation_alias)
        rows.append((f"`{variable}`", shown, _allowed(name), VARIABLES[variable]))
    return _table(("variable", "default", "may be", "what it does"), rows)


def _leaves() -> list[Any]:
    return list(get_args(Leaf))


def _name(leaf: Any) -> str:
    return str(get_args(leaf.model_fields["predicate"].annotation)[0])


def predicates() -> str:
    rows = []
    for leaf in _leaves():
        fields = {n: f for n, f in leaf.model_fields.items() if n not in ("predicate", "justification", "legal_basis")}
        keys = _codes(str(field.alias or name) for name, field in fields.items()) or "none"
        if issubclass(leaf, OnProtectedCharacteristic):
            keys += ", `justification`, `legal_basis`"
        rows.append((f"`{_name(leaf)}`", keys, PREDICATES[_name(leaf)], _codes(leaf.asks) or "nothing"))
    return _table(("predicate", "keys", "true when", "looks at"), rows)


def policies() -> str:
    rows = []
    for name in names():
        policy = load(name)
        asked = dict.fromkeys(leaf.predicate for leaf in policy.criteria())
        unset = any(getattr(leaf, "value", 0) is None for leaf in policy.criteria())
        every = "every answer" if policy.requires_human_confirmation() else "a refusal"
        rows.append((f"`{name}`", _codes(asked), "yes" if unset else "no", every))
    return _table(("policy", "asks about", "has a bound that nobody has set", "a person must confirm"), rows)


def permissions() -> str:
    roles = list(Role)
    rows = ([f"`{p.value}`", *("yes" if p in ROLE_PERMISSIONS[role] else "" for role in roles)] for p in Permission)
    return _table(["scope", *(role.value.replace("_", " ") for role in roles)], rows)


def problems() -> str:
    rows = ((f"`{kind.code}`", str(kind.status), kind.title, kind.cure) for kind in catalogue())
    return _table(("code", "status", "means", "what to do"), rows)


def _links() -> Iterable[tuple[str, str, str, str]]:
    schema()
    for name, view in sorted(REGISTRY.views.items()):
        for member, edge in view.edges.items():
            if edge.expand:
                yield (
                    name,
                    member,
                    f"`[{type_name(edge.target())}]`" if edge.many else f"`{type_name(edge.target())}`",
                    edge.target().permission,
                )
        for member, link in view.connections.items():
            of = link.collection().view
            yield name, member, f"a list of `{type_name(of)}`", of.permission


def graphql_links() -> str:
    rows = ((f"`{name}`", f"`{camel(member)}`", to, f"`{scope}`") for name, member, to, scope in _links())
    return _table(("from", "field", "to", "needs the scope"), rows)


def graphql_limits() -> str:
    rows = ((told, f"{getattr(limits, name):,}") for name, told in LIMITS.items())
    return _table(("of a document", "at most"), rows)


MADE: dict[str, Callable[[], str]] = {
    "dispositions": dispositions,
    "steps": steps,
    "first-judgement": first_judgement,
    "sources": sources,
    "variables": variables,
    "predicates": predicates,
    "policies": policies,
    "permissions": permissions,
    "problems": problems,
    "graphql-links": graphql_links,
    "graphql-limits": graphql_limits,
    **MENTORING,
}


def pages() -> list[Path]:
    """Everything that people read, the decisions included."""
    return sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def tables_of(text: str) -> dict[str, str]:
    return {found["name"]: found["body"] for found in _BLOCK.finditer(text)}


def main() -> None:
    for page in pages():
        text = page.read_text(encoding="utf-8")
        fresh = _BLOCK.sub(
            lambda found: f"<!-- table: {found['name']} -->\n{MADE[found['name']]()}<!-- end of table -->", text
        )
        if fresh != text:
            page.write_text(fresh, encoding="utf-8")


if __name__ == "__main__":
    main()
