"""Every environment variable, read once, typed."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The service's configuration. Each field is the environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(env_file=None, extra="ignore", frozen=True)

    environment: Literal["demo", "development", "production"] | None = Field(
        default=None, validation_alias="THROUGHGATE_ENVIRONMENT"
    )
    data_dir: Path = Field(default=Path(".data"), validation_alias="THROUGHGATE_DATA_DIR")
    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    migration_database_url: SecretStr | None = Field(default=None, validation_alias="MIGRATION_DATABASE_URL")
    host: str = Field(default="127.0.0.1", validation_alias="HOST")
    port: int = Field(default=8000, ge=0, le=65535, validation_alias="PORT")
    base_url: str | None = Field(default=None, validation_alias="THROUGHGATE_BASE_URL")
    pool_size: int = Field(default=8, ge=1, le=64, validation_alias="THROUGHGATE_POOL_SIZE")
    remind_seconds: float = Field(default=15.0, ge=1, le=3600, validation_alias="THROUGHGATE_REMIND_SECONDS")
    token_lifetime_seconds: int = Field(default=600, ge=60, le=3600, validation_alias="THROUGHGATE_TOKEN_LIFETIME")
    max_body_bytes: int = Field(default=1_048_576, ge=1024, validation_alias="THROUGHGATE_MAX_BODY_BYTES")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", validation_alias="THROUGHGATE_LOG_LEVEL"
    )

    @property
    def issuer(self) -> str:
        """The public address of the service, without a trailing slash: the tokens' `iss` and `aud`."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")


@cache
def settings() -> Settings:
    return Settings()
