"""Settings: where they come from, and what is said when one is wrong."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.errors import SettingsError
from bot.settings import Settings, read_settings, setting_names

ROOT = Path(__file__).parents[2]
TOKEN = "123456789:AAF-secret-secret-secret-secret-sec"


def test_nothing_set_is_a_good_start() -> None:
    settings = read_settings()
    assert settings.provinces == ("37",)
    assert (settings.http_host, settings.http_port) == ("127.0.0.1", 8080)
    assert settings.target_p1 == timedelta(minutes=15)
    assert str(settings.timezone) == "Asia/Ho_Chi_Minh"


def test_with_nothing_configured_the_real_database_is_left_alone() -> None:
    settings = read_settings()
    assert not settings.is_configured
    assert settings.is_trial
    assert settings.database == "sqlite:///var/demo.db"
    assert settings.real_database == "sqlite:///var/tinbao.db"


def test_a_named_database_is_left_alone_too_while_trying_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TINBAO_DATABASE_URL", "postgresql://u:p@db/tips")
    settings = read_settings()
    assert settings.database == "sqlite:///var/demo.db"
    assert settings.real_database == "postgresql+psycopg://u:p@db/tips"


def test_a_channel_makes_it_real_and_still_a_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINBAO_TELEGRAM_TOKEN", TOKEN)
    settings = read_settings()
    assert settings.is_configured
    assert settings.is_trial
    assert settings.database == settings.real_database


def test_an_agency_ends_the_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINBAO_AGENCY_NAME", "Công an tỉnh")
    monkeypatch.setenv("TINBAO_AGENCY_DECISION", "12/QĐ")
    monkeypatch.setenv("TINBAO_AGENCY_URL", "https://tinh.gov.vn")
    settings = read_settings()
    assert settings.is_configured
    assert not settings.is_trial


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("TINBAO_HTTP_PORT=9000\nTINBAO_LANGUAGE=en\nOTHER=1\n")
    monkeypatch.setenv("TINBAO_HTTP_PORT", "9001")
    settings = read_settings()
    assert (settings.http_port, settings.language) == (9001, "en")


def test_a_secret_comes_from_the_file_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("token").write_text(f"{TOKEN}\n")
    monkeypatch.setenv("TINBAO_TELEGRAM_TOKEN_FILE", "token")
    token = read_settings().telegram_token
    assert token is not None
    assert token.get_secret_value() == TOKEN


def test_the_env_file_may_name_a_file_too() -> None:
    Path("url").write_text("postgresql://u:p@db/tips")
    Path(".env").write_text("TINBAO_DATABASE_URL_FILE=url\n")
    assert read_settings().real_database == "postgresql+psycopg://u:p@db/tips"


def test_empty_means_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINBAO_TELEGRAM_TOKEN", "")
    monkeypatch.setenv("TINBAO_HTTP_PORT", "")
    settings = read_settings()
    assert settings.telegram_token is None
    assert settings.http_port == 8080


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TINBAO_HTTP_PORT", "eighty"),
        ("TINBAO_HTTP_PORT", "70000"),
        ("TINBAO_PROVINCES", "Ninh Bình"),
        ("TINBAO_TIMEZONE", "Asia/Saigonn"),
        ("TINBAO_DATABASE_URL", "mysql://root:hunter2@db/tips"),
        ("TINBAO_TELEGRAM_TOKEN", "hunter2-is-no-token"),
        ("TINBAO_TELEGRAM_WEBHOOK_URL", "http://bot.example.vn/hook"),
        ("TINBAO_TELEGRAM_API_URL", "127.0.0.1:8081"),
        ("TINBAO_TARGET_P1", "15"),
        ("TINBAO_REMIND_AT", "2"),
        ("TINBAO_WEEKLY_DAY", "Monday"),
        ("TINBAO_WEEKLY_TIME", "half past seven"),
        ("TINBAO_KEEP_DRAFT", "0h"),
        ("TINBAO_METRICS_FROM", "everybody"),
        ("TINBAO_LOG_LEVEL", "loud"),
        ("TINBAO_LANGUAGE", "fr"),
        ("TINBAO_MEDIA_MAX_MB", "-1"),
        ("TINBAO_AGENCY_NAME", "Công an tỉnh"),
    ],
)
def test_a_wrong_value_is_said_in_one_line_with_an_example(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refusal:
        read_settings()
    said = str(refusal.value)
    assert name in said
    assert "for example TINBAO_" in said
    assert "\n" not in said
    assert "hunter2" not in said


def test_every_example_in_a_refusal_is_itself_right() -> None:
    examples = {name: (field.examples or [""])[0] for name, field in Settings.model_fields.items()}
    read = Settings.model_validate(examples | {"telegram_token": TOKEN})  # that one is shown cut
    assert read.agency_url == examples["agency_url"]


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"TINBAO_AGENCY_URL": "https://tinh.gov.vn"}, "TINBAO_AGENCY_NAME"),
        ({"TINBAO_TELEGRAM_WEBHOOK_URL": "https://b.vn/t"}, "TINBAO_TELEGRAM_TOKEN is missing"),
        ({"TINBAO_TARGET_P1": "3h"}, "TINBAO_TARGET_P2"),
        (
            {"TINBAO_TELEGRAM_TOKEN": TOKEN, "TINBAO_TELEGRAM_WEBHOOK_URL": "https://b.vn/readyz"},
            "a path of its own",
        ),
    ],
)
def test_settings_that_do_not_go_together_are_refused(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], missing: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=missing) as refusal:
        read_settings()
    assert TOKEN not in str(refusal.value)


def test_a_slip_in_a_name_does_not_pass_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINBAO_TELEGRAM_TOKN", TOKEN)
    with pytest.raises(SettingsError, match="did you mean TINBAO_TELEGRAM_TOKEN") as refusal:
        read_settings()
    assert TOKEN not in str(refusal.value)


def test_a_value_and_a_file_at_once_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("token").write_text(TOKEN)
    monkeypatch.setenv("TINBAO_TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("TINBAO_TELEGRAM_TOKEN_FILE", "token")
    with pytest.raises(SettingsError, match="both set"):
        read_settings()


@pytest.mark.parametrize("content", [None, "", "  \n"])
def test_a_named_file_that_holds_nothing_is_refused(
    monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    if content is not None:
        Path("token").write_text(content)
    monkeypatch.setenv("TINBAO_TELEGRAM_TOKEN_FILE", "token")
    with pytest.raises(SettingsError, match="TINBAO_TELEGRAM_TOKEN_FILE names a file"):
        read_settings()


def test_an_env_file_in_another_encoding_is_said_plainly() -> None:
    Path(".env").write_bytes("TINBAO_AGENCY_NAME=Công an".encode("utf-16"))
    with pytest.raises(SettingsError, match="UTF-8"):
        read_settings()


def test_secrets_do_not_show_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINBAO_TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("TINBAO_DATABASE_URL", "postgresql://u:hunter2@db/tips")
    shown = repr(read_settings())
    assert TOKEN not in shown
    assert "hunter2" not in shown


def test_settings_do_not_change_while_the_process_runs() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        read_settings().http_port = 1


def test_the_webhook_listens_on_the_path_of_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINBAO_TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("TINBAO_TELEGRAM_WEBHOOK_URL", "https://bot.example.vn/telegram/")
    assert read_settings().telegram_webhook_path == "/telegram"
    monkeypatch.setenv("TINBAO_TELEGRAM_WEBHOOK_URL", "https://bot.example.vn")
    assert read_settings().telegram_webhook_path == "/"


def described_in_example() -> dict[str, tuple[str, str]]:
    """Return what .env.example says: name → (default, the sentence above it)."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    found = re.findall(r"^# (.+)\n#(TINBAO_\w+)=(.*)$", text, re.MULTILINE)
    return {name: (default, sentence) for sentence, name, default in found}


def test_every_setting_is_in_the_example_file_with_a_sentence_and_its_default() -> None:
    described = described_in_example()
    assert list(described) == setting_names()
    for name, field in zip(setting_names(), Settings.model_fields.values(), strict=True):
        default, sentence = described[name]
        assert default == ("" if field.default is None else str(field.default)), name
        assert sentence.endswith("."), name


def test_the_example_file_read_as_it_is_changes_nothing() -> None:
    Path(".env").write_text((ROOT / ".env.example").read_text(encoding="utf-8"), encoding="utf-8")
    assert read_settings() == Settings(_env_file=None)  # type: ignore[call-arg]


def test_the_example_file_with_every_line_set_changes_nothing() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    Path(".env").write_text(text.replace("#TINBAO_", "TINBAO_"), encoding="utf-8")
    assert read_settings() == Settings(_env_file=None)  # type: ignore[call-arg]


def test_every_setting_is_in_the_operators_table_with_its_default_and_meaning() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(TINBAO_\w+)` \| (?:`(.+?)`|–) \| (.+) \|$", text, re.MULTILINE)
    described = {name: (default, f"{meaning}.") for name, default, meaning in rows}
    assert described == described_in_example()


def test_every_setting_is_heeded_somewhere() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").glob("*.py"))
    ignored = [name for name in Settings.model_fields if not re.search(rf"\.{name}\b", code)]
    assert ignored == []
