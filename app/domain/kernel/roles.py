"""Which PostgreSQL role acts for whom. Each application role has one; row-security policies are written for each."""

from app.domain.kernel.access import Role

OWNER = "throughgate_owner"
LOGIN = "throughgate_app"
AUTHENTICATOR = "tg_authenticator"
INTAKE = "tg_intake"
FEED = "tg_feed"
"""Reads what happened, of every charity, and nothing else."""
PUBLIC = "tg_public"
"""Reads what of the directory is for everybody, and nothing else: nobody is signed in, nor asked to be."""


def reading_role(role: Role) -> str:
    """The database role for reads."""
    return f"tg_{role.value}"


def writing_role(role: Role) -> str:
    """The database role for writes. A referrer writes through the intake role, which may add a person but not look
    one up, and reads back through its own, which sees only what its agency sent."""
    return INTAKE if role is Role.REFERRER else reading_role(role)
