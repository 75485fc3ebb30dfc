"""The operator's commands, thin: each calls what does the work."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import asyncpg
import typer
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from app.auth.keys import KeyRing, KeyRingError
from app.auth.tokens import issue
from app.demo.credentials import read_credentials
from app.domain.kernel.access import ROLE_PERMISSIONS, Role
from app.domain.kernel.actor import ActorKind
from app.domain.kernel.errors import ValidationFailed
from app.postgres import EmbeddedPostgresError, UnsupportedPostgresError
from app.runtime import Refusal, database_of, first, found, issuer, migrate, seed, serve
from app.settings import Settings, settings
from app.visits import CLOCK_FILE, clock_of

cli = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)

_FRIENDLY = (
    KeyRingError,
    EmbeddedPostgresError,
    UnsupportedPostgresError,
    Refusal,
    OSError,
    asyncpg.PostgresError,
    DBAPIError,
    asyncpg.InterfaceError,
    ValidationError,
    ValidationFailed,
)


def main() -> None:
    """`throughgate` and `python -m app`. What an operator can mend is told in one sentence, without a traceback."""
    try:
        cli()
    except _FRIENDLY as error:
        typer.echo(f"throughgate: {_sentence(error)}", err=True)
        raise SystemExit(1) from None


def _sentence(error: BaseException) -> str:
    if isinstance(error, ValidationError):
        wrong = error.errors()[0]
        return f"{wrong['loc'][0] if wrong['loc'] else 'A setting'}: {wrong['msg']}. See docs/operator.md."
    if isinstance(error, ValidationFailed):
        return error.errors[0].detail if error.errors else error.detail
    if isinstance(error, asyncpg.InvalidPasswordError) or "password authentication failed" in str(error):
        return "The database does not let the service in: run `throughgate migrate` first, or check DATABASE_URL."
    if isinstance(error, asyncpg.InterfaceError):
        return "DATABASE_URL is not an address of PostgreSQL: postgresql://user:password@host:5432/database"
    if isinstance(error, ConnectionError | TimeoutError):
        return "The database cannot be reached: check that it runs and that DATABASE_URL is right."
    return (str(error) or type(error).__name__).splitlines()[0]


def _demo(configured: Settings) -> Settings:
    return configured if configured.environment else configured.model_copy(update={"environment": "demo"})


@cli.command("run")
def run_command() -> None:
    """Everything at once, for trying out: embedded PostgreSQL, migrations, the demo charity, the server."""
    configured = _demo(settings())
    if configured.environment == "production":
        raise Refusal("`run` is for trying out and brings a demo charity; in production use `migrate` and `serve`.")
    with database_of(configured) as dsns:
        migrate(dsns, configured)
        seed(dsns, configured, "year")
        serve(dsns, configured, announce=lambda: _announce(configured))


def _announce(configured: Settings) -> None:
    member = read_credentials(configured.data_dir)
    typer.echo(
        f"\nThroughgate is at {configured.issuer}\n"
        f"  explorers  {configured.issuer}/docs (REST), {configured.issuer}/graphiql (GraphQL)\n"
        f"  sign in    {member['username']} with password {member['password']} (demo coordinator)\n"
        f"  a token    .venv/bin/throughgate token --role coordinator     (roles: {', '.join(Role)})\n"
        "Stop with Ctrl-C; what you enter is kept.\n"
    )


@cli.command("serve")
def serve_command() -> None:
    """The server alone, on a database that has been migrated (DATABASE_URL, or the embedded one)."""
    configured = settings()
    with database_of(configured) as dsns:
        serve(dsns, configured)


@cli.command("migrate")
def migrate_command() -> None:
    """Bring the database to this version's shape. What is in it stays."""
    configured = settings()
    with database_of(configured) as dsns:
        migrate(dsns, configured)
    typer.echo("The database is up to date.")


@cli.command("seed")
def seed_command(
    empty: Annotated[bool, typer.Option("--empty", help="Without its year of invented referrals.")] = False,
) -> None:
    """The demo charity, with its year of 93 invented referrals unless --empty. What is there already stays."""
    configured = _demo(settings())
    if configured.environment == "production":
        raise Refusal("The demo charity does not belong in production.")
    with database_of(configured) as dsns:
        migrate(dsns, configured)
        seed(dsns, configured, "empty" if empty else "year")
    typer.echo("The demo charity is there.")


@cli.command("bootstrap")
def bootstrap_command(
    email: Annotated[str, typer.Option(help="The first platform operator's e-mail address, their user name.")],
    name: Annotated[str, typer.Option(help="Their name, as colleagues know them.")],
    password: Annotated[
        str,
        typer.Option(
            envvar="THROUGHGATE_OPERATOR_PASSWORD",
            prompt="Password (12 characters or more)",
            hide_input=True,
            confirmation_prompt=True,
            help="Asked for, or taken from the environment: never an argument, where others on the machine would see it.",
        ),
    ],
) -> None:
    """Found the platform, once: its first operator, who then creates charities. Migrate first."""
    configured = settings()
    with database_of(configured) as dsns:
        operator = found(dsns, email=email, name=name, password=password)
    if operator != email.strip().lower():
        raise Refusal(f"The platform was founded before, by {operator}; nothing was changed.")
    typer.echo(f"{operator} may sign in, in the role platform_operator.")


@cli.command("token")
def token_command(role: Annotated[Role, typer.Option(help="The role to act in.")]) -> None:
    """Print a bearer token, and nothing else, for the demo charity's member of a role (referrer: its demo partner)."""
    configured = _of_demo(settings())
    username = read_credentials(configured.data_dir)["members"][role.value]["username"]
    with database_of(configured, running_only=True) as dsns:
        member = first(asyncio.run(_member(dsns.migration, username)), f"The demo has no member {username}.")
    now = clock_of(configured)()
    ring = KeyRing.load_or_create(configured.data_dir / "keys" / "ring.json", now=now)
    typer.echo(
        issue(
            ring,
            issuer=issuer(configured),
            subject=member["id"],
            client_id="throughgate-cli",
            kind=ActorKind.MEMBER,
            role=role,
            authority=member["authority"],
            scopes=[permission.value for permission in ROLE_PERMISSIONS[role]],
            charity=member["charity_id"],
            organisation=member["organisation_id"],
            lifetime=timedelta(seconds=configured.token_lifetime_seconds),
            now=now,
        )
    )


async def _member(dsn: str, email: str) -> list[Any]:
    connection = await asyncpg.connect(dsn, server_settings={"role": "tg_authenticator"})
    try:
        rows: list[Any] = await connection.fetch("select * from member where email = $1", email)
        return rows
    finally:
        await connection.close()


@cli.command("demo-credentials")
def demo_credentials_command() -> None:
    """Print the demo's user names, passwords and client secret as JSON."""
    typer.echo(json.dumps(read_credentials(_of_demo(settings()).data_dir)))


def _of_demo(configured: Settings) -> Settings:
    """Refuse unless this is a demo or somebody's development: nobody's token is made by hand elsewhere."""
    if configured.environment == "production":
        raise Refusal("Tokens and credentials are handed out like this only in a demo or in development.")
    if not (configured.data_dir / "demo-credentials.json").exists():
        raise Refusal("There is no demo here yet: start it with `make run`, or seed it with `throughgate seed`.")
    return configured


@cli.command("clock")
def clock_command(
    ahead: Annotated[
        int | None, typer.Option(min=0, max=3660, help="So many days ahead of the real clock; 0 sets it right again.")
    ] = None,
) -> None:
    """Move the clock of a demo, to see what a day brings up: a release, the end of a window, a reminder."""
    configured = _of_demo(settings())
    moved_by = configured.data_dir / CLOCK_FILE
    if ahead is not None:
        fresh = moved_by.with_suffix(".new")
        fresh.write_text(str(ahead), encoding="ascii")
        fresh.replace(moved_by)  # whole or not at all: the server reads it at every call
    typer.echo(f"{clock_of(configured)():%Y-%m-%dT%H:%M:%SZ}")


@cli.command("keys")
def keys_command(
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Sign with a new key; the old one verifies until its tokens end.")
    ] = False,
    revoke: Annotated[str | None, typer.Option(help="End a key and every token that it signed, at once.")] = None,
) -> None:
    """List the signing keys, rotate them, or revoke one by its kid."""
    now = datetime.now(UTC)
    ring = KeyRing(settings().data_dir / "keys" / "ring.json", now=now)  # one that is there, never a new one
    if rotate:
        ring.rotate(now=now)
    if revoke is not None:
        ring.revoke(revoke, now=now)
    for key in ring.jwks(now=now)["keys"]:
        signing = "signs" if key["kid"] == ring.signing().kid else "verifies"
        typer.echo(f"{key['kid']}  {key['alg']}  {signing}")


@cli.command("openapi")
def openapi_command(
    output: Annotated[Path | None, typer.Option(help="Write it there instead of printing it.")] = None,
    schema: Annotated[Path | None, typer.Option(help="Write the GraphQL schema there as well.")] = None,
) -> None:
    """The OpenAPI document of this version, and the GraphQL schema; needs no database."""
    # Here, as they bring the whole service with them, which nobody who asks for a token should wait for.
    from app.graphql.schema import sdl  # noqa: PLC0415
    from app.main import bare_app  # noqa: PLC0415

    if schema is not None:
        schema.write_text(sdl(), encoding="utf-8")
    document = json.dumps(bare_app().openapi(), indent=2, ensure_ascii=False) + "\n"
    if output is None:
        typer.echo(document, nl=False)
    else:
        output.write_text(document, encoding="utf-8")
