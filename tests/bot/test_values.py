"""How a single setting is read."""

from collections.abc import Callable
from contextlib import suppress
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from bot import values


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        (" 30 D ", timedelta(days=30)),
        ("2w", timedelta(days=14)),
        ("5y", timedelta(days=1825)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(said: str, meant: timedelta) -> None:
    assert values.duration(said) == meant


@pytest.mark.parametrize("said", ["", "15", "m", "0m", "-5m", "1.5h", "15 minutes", "1h30m"])
def test_what_is_no_duration_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="unit"):
        values.duration(said)


@given(st.integers(1, 10_000), st.sampled_from(sorted(values.UNITS)))
def test_every_number_with_a_unit_is_a_duration(number: int, unit: str) -> None:
    assert values.duration(f"{number}{unit}") == number * values.UNITS[unit]


@pytest.mark.parametrize(("said", "meant"), [("2/3", 2 / 3), ("0.5", 0.5), ("1 / 4", 0.25)])
def test_a_share_is_a_fraction_or_a_decimal(said: str, meant: float) -> None:
    assert values.fraction(said) == pytest.approx(meant)


@pytest.mark.parametrize("said", ["0", "1", "3/2", "-1/2", "1/0", "half", ""])
def test_what_is_no_share_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="share"):
        values.fraction(said)


def test_provinces_are_codes_once_each_or_all() -> None:
    assert values.provinces("37, 24,37") == ("37", "24")
    assert values.provinces("ALL") is None


@pytest.mark.parametrize("said", ["", "Ninh Bình", "3", "037", "37;24", "37,"])
def test_what_is_no_list_of_provinces_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="province"):
        values.provinces(said)


@pytest.mark.parametrize(
    ("given_url", "opened"),
    [
        ("postgresql://u:p@db/tips", "postgresql+psycopg://u:p@db/tips"),
        ("postgres://u:p@db:5432/tips", "postgresql+psycopg://u:p@db:5432/tips"),
        ("postgresql+asyncpg://u@/tips?host=/run/pg", "postgresql+psycopg://u@/tips?host=/run/pg"),
        (
            "postgresql://u:p@a:5433,b/tips?sslmode=require",
            "postgresql+psycopg://u:p@/tips?host=a,b&port=5433,5432&sslmode=require&target_session_attrs=read-write",
        ),
        (
            "postgresql://u@[::1]:5433,[::2]/tips?target_session_attrs=primary",
            "postgresql+psycopg://u@/tips?host=::1,::2&port=5433,5432&target_session_attrs=primary",
        ),
        (
            "postgresql://u@/tips?host=a,b",
            "postgresql+psycopg://u@/tips?host=a,b&target_session_attrs=read-write",
        ),
        ("sqlite:///var/tips.db", "sqlite:///var/tips.db"),
        ("sqlite+aiosqlite:////srv/tips.db", "sqlite:////srv/tips.db"),
    ],
)
def test_a_database_is_named_as_people_write_it(given_url: str, opened: str) -> None:
    assert values.database_url(given_url) == opened
    assert values.database_url(opened) == opened
    make_url(opened)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "tips.db",
        "mysql://u@h/tips",
        "sqlite://",
        "sqlite:///",
        "postgresql://u@host",
        "postgresql://u@a,b",
    ],
)
def test_a_database_we_cannot_open_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="PostgreSQL"):
        values.database_url(said)


@pytest.mark.parametrize("servers", ["a,", ",b", "a:x,b", "a:1:2,b:3"])
def test_servers_that_cannot_be_told_apart_are_refused(servers: str) -> None:
    with pytest.raises(ValueError, match="each server"):
        values.database_url(f"postgresql://u@{servers}/tips")


@pytest.mark.parametrize(
    "said", ["https://bot.example.vn/hook", "http://127.0.0.1:8080/hook", "http://localhost/h"]
)
def test_a_public_address_is_https_or_on_this_machine(said: str) -> None:
    assert values.public_address(said) == said


@pytest.mark.parametrize(
    "said",
    [
        "http://bot.example.vn/hook",
        "bot.example.vn",
        "https://",
        "https://u:p@bot.example.vn",
        "https://bot.example.vn/?secret=1",
        "https://bot.example.vn/a b",
        "https://[::1",
        "https://bot.example.vn:99999",
    ],
)
def test_any_other_public_address_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match=r"must|is not an address"):
        values.public_address(said)


@pytest.mark.parametrize("said", ["", "geheim", "bot123:abc", "123:", "123:a b", '"123:abc"'])
def test_what_is_no_token_is_refused_without_repeating_it(said: str) -> None:
    with pytest.raises(ValueError, match="BotFather") as refusal:
        values.bot_token(said)
    assert not said or said not in str(refusal.value)


def test_times_of_day_have_hours_and_minutes() -> None:
    assert values.time_of_day("07:30") == time(7, 30)
    for wrong in ("7", "24:00", "07:60", "half past"):
        with pytest.raises(ValueError, match="time of day"):
            values.time_of_day(wrong)


def test_weekdays_count_as_the_calendar_does() -> None:
    assert values.weekday("mon") == 0
    assert values.weekday("SUN") == 6
    with pytest.raises(ValueError, match="MON"):
        values.weekday("thứ hai")


READERS = [values.duration, values.fraction, values.provinces, values.networks, values.weekday,
           values.time_of_day, values.zone, values.web_address, values.public_address,
           values.database_url, values.bot_token]  # fmt: skip


@given(st.sampled_from(READERS), st.text(max_size=40))
def test_no_text_breaks_a_reader_otherwise_than_by_a_value_error(
    reader: Callable[[object], object], said: str
) -> None:
    with suppress(ValueError):
        reader(said)


def test_an_emergency_number_that_is_not_named_stays_the_national_one() -> None:
    assert values.telephone_numbers("police=0229113")["police"] == "0229113"
    assert values.telephone_numbers("police=0229113")["fire"] == "114"


@pytest.mark.parametrize("said", ["113", "taxi=113", "police=", "police=call us"])
def test_an_emergency_number_without_its_service_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="service=number"):
        values.telephone_numbers(said)
