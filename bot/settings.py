"""Everything the operator may set: TINBAO_… from the environment, from .env, or from files they name."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, Secret, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.errors import SettingsError
from bot.roles import EVERYTHING
from bot.values import (
    BotToken,
    DatabaseUrl,
    Day,
    Duration,
    Networks,
    Provinces,
    PublicAddress,
    Roles,
    Share,
    TelephoneNumbers,
    TimeOfDay,
    WebAddress,
    Zone,
)

PREFIX = "TINBAO_"
OWN_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})


def setting(default: Any, example: str = "", **limits: Any) -> Any:
    """Describe a setting. Its default is written as an operator would write it."""
    shown = [example or str(default)]
    return Field(default=default, validate_default=True, examples=shown, **limits)


class Settings(BaseSettings):
    """What each one means, in a sentence for the operator: .env.example; in full: docs/operations.md."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    data_dir: Path = setting("var")
    database_url: Secret[DatabaseUrl] | None = setting(
        None, "postgresql://tinbao:…@127.0.0.1/tinbao"
    )
    key_file: Path | None = setting(None, "var/keys.json")

    provinces: Provinces = setting("37", "37,24")
    timezone: Zone = setting("Asia/Ho_Chi_Minh")
    language: Literal["vi", "en"] = setting("vi")
    emergency_numbers: TelephoneNumbers = setting(
        "police=113,fire=114,ambulance=115,child=111,disaster=112"
    )
    agency_name: str | None = setting(None, "Công an tỉnh Ninh Bình")
    agency_decision: str | None = setting(None, "Quyết định số …/QĐ-UBND ngày …")
    agency_url: PublicAddress | None = setting(None, "https://ninhbinh.gov.vn/tin-bao")

    telegram_token: Secret[BotToken] | None = setting(None, "123456789:ABCdef…")
    telegram_webhook_url: PublicAddress | None = setting(None, "https://bot.example.vn/telegram")
    telegram_api_url: WebAddress = setting("https://api.telegram.org")

    roles: Roles = setting("web,poll,worker,scheduler", "web,worker")
    http_host: str = setting("127.0.0.1")
    http_port: int = setting(8080, ge=1, le=65535)
    metrics_from: Networks = setting("127.0.0.0/8,::1/128")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = setting("INFO")
    log_format: Literal["json", "text"] = setting("text")

    target_p1: Duration = setting("15m")
    target_p2: Duration = setting("2h")
    target_p3: Duration = setting("24h")
    remind_at: Share = setting("2/3")
    weekly_day: Day = setting("MON")
    weekly_time: TimeOfDay = setting("07:30")

    keep_draft: Duration = setting("24h")
    keep_sent: Duration = setting("24h")
    keep_set_aside: Duration = setting("30d")
    keep_rejected: Duration = setting("30d")
    keep_resolved: Duration = setting("2y")
    keep_contact: Duration = setting("90d")
    keep_link: Duration = setting("30d")
    keep_audit: Duration = setting("5y")

    urgent_per_hour: int = setting(5, ge=1)
    media_per_day: int = setting(20, ge=1)
    media_max_mb: int = setting(20, ge=1, le=2000)
    min_free_gb: float = setting(2, ge=0)

    @property
    def has_agency(self) -> bool:
        return self.agency_name is not None

    @property
    def is_trial(self) -> bool:
        """Nobody answers for this installation yet: every greeting and receipt says so."""
        return not self.has_agency

    @property
    def is_configured(self) -> bool:
        """An agency or a channel is set: the two-phone page is gone, the real database is served."""
        return self.has_agency or self.telegram_token is not None

    @property
    def real_database(self) -> str:
        """The URL that `tinbao db` upgrades and checks, whatever is served."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'tinbao.db'}"

    @property
    def database(self) -> str:
        """The URL of the database to serve: one of its own while somebody only tries things out."""
        if self.is_configured:
            return self.real_database
        return f"sqlite:///{self.data_dir / 'demo.db'}"

    @property
    def media_dir(self) -> Path:
        """Where sealed evidence lies, beside the database that names it."""
        return self.data_dir / ("media" if self.is_configured else "demo-media")

    @property
    def telegram_webhook_path(self) -> str:
        return urlsplit(self.telegram_webhook_url or "").path or "/"

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        agency = (self.agency_name, self.agency_decision, self.agency_url)
        if any(agency) and not all(agency):
            raise ValueError(
                "TINBAO_AGENCY_NAME, TINBAO_AGENCY_DECISION and TINBAO_AGENCY_URL go together: set all "
                "three or none; for example TINBAO_AGENCY_DECISION='Quyết định số 12/QĐ-UBND'"
            )
        if self.telegram_webhook_url and self.telegram_token is None:
            raise ValueError(
                "TINBAO_TELEGRAM_TOKEN is missing, and TINBAO_TELEGRAM_WEBHOOK_URL needs it; for example "
                "TINBAO_TELEGRAM_TOKEN=123456789:ABCdef…"
            )
        if self.telegram_webhook_path in OWN_PATHS:
            raise ValueError(
                "TINBAO_TELEGRAM_WEBHOOK_URL must have a path of its own; for example "
                "TINBAO_TELEGRAM_WEBHOOK_URL=https://bot.example.vn/telegram"
            )
        if self.roles != EVERYTHING and self.database.startswith("sqlite"):
            raise ValueError(
                "TINBAO_ROLES names only a part, and on SQLite one process does everything; leave it out, or "
                "set TINBAO_DATABASE_URL=postgresql://…"
            )
        if not self.target_p1 <= self.target_p2 <= self.target_p3:
            raise ValueError(
                "TINBAO_TARGET_P1, TINBAO_TARGET_P2 and TINBAO_TARGET_P3 must not shrink; for example "
                "TINBAO_TARGET_P1=15m TINBAO_TARGET_P2=2h TINBAO_TARGET_P3=24h"
            )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        named = NamedFiles(settings_cls)
        return init_settings, env_settings, dotenv_settings, file_secret_settings, named


class NamedFiles(PydanticBaseSettingsSource):
    """TINBAO_NAME_FILE=path: the value is in a file, as docker and systemd hand secrets over."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls)
        self._given = given_values()

    def get_field_value(self, _: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        name = f"{PREFIX}{field_name.upper()}_FILE"
        path = self._given.get(name)
        return (secret_in(Path(path), name) if path else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        fields = self.settings_cls.model_fields.items()
        values = {name: self.get_field_value(field, name)[0] for name, field in fields}
        return {name: value for name, value in values.items() if value is not None}


def read_settings(**given: Any) -> Settings:
    """Read the settings; what is `given` by name goes first.

    Raises:
        SettingsError: one is wrong, missing, unknown or given twice.
    """
    refuse_strangers(given_values())
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError(explain(error)) from None


def given_values() -> Mapping[str, str]:
    """Return what the operator gave, by upper-case name; the environment goes before .env."""
    try:
        stored = dotenv_values(".env")
    except (OSError, UnicodeDecodeError):
        raise SettingsError("the file .env cannot be read; it must be UTF-8 text") from None
    given = {**stored, **os.environ}
    return {name.upper(): value for name, value in given.items() if value}


def setting_names() -> list[str]:
    return [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]


def refuse_strangers(given: Mapping[str, str]) -> None:
    """Raise SettingsError for a TINBAO_ name that is none: a slip of the pen must not pass in silence."""
    known = setting_names()
    for name in sorted(name for name in given if name.startswith(PREFIX)):
        plain = name.removesuffix("_FILE")
        if name in known:
            continue
        if plain not in known:
            meant = get_close_matches(name, known, 1) or [known[0]]
            raise SettingsError(f"{name} is not a setting; did you mean {meant[0]}?")
        if plain in given:
            raise SettingsError(f"{plain} and {name} are both set; keep one of them")


def secret_in(path: Path, name: str) -> str:
    try:
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        value = ""
    if not value:
        raise SettingsError(
            f"{name} names a file that is missing, empty or not to be read: {path}; for example "
            f"{name}=/run/secrets/{name.removeprefix(PREFIX).removesuffix('_FILE').lower()}"
        )
    return value


def explain(error: ValidationError) -> str:
    """Say in one line which setting is wrong, how, and what a right one looks like. Never its value."""
    first = error.errors(include_input=False, include_url=False)[0]
    fault = first["msg"].removeprefix("Value error, ")
    if not first["loc"]:
        return fault
    field = str(first["loc"][0])
    name = f"{PREFIX}{field.upper()}"
    example = (Settings.model_fields[field].examples or [""])[0]
    return f"{name} is wrong: {fault[0].lower()}{fault[1:]}; for example {name}={example}"
