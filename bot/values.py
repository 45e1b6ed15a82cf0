"""How single settings are read: durations, provinces, addresses, days. Pure; raises ValueError."""

import re
from datetime import time, timedelta
from enum import IntEnum
from fractions import Fraction
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

from bot.roles import ProcessRole, process_roles
from words.categories import EMERGENCY_NUMBERS

UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "y": timedelta(days=365),
}


class Weekday(IntEnum):
    """As `datetime.weekday` counts."""

    MON, TUE, WED, THU, FRI, SAT, SUN = range(7)


def duration(said: object) -> timedelta:
    if isinstance(said, timedelta):
        return said
    match = re.fullmatch(r"(\d+)\s*([smhdwy])", str(said).strip().lower())
    if not match or match[1].strip("0") == "":
        raise ValueError("must be a number above zero with a unit: s, m, h, d, w or y")
    return int(match[1]) * UNITS[match[2]]


def fraction(said: object) -> float:
    try:
        share = float(Fraction(str(said).replace(" ", "")))
    except (ValueError, ZeroDivisionError):
        share = 0.0
    if not 0 < share < 1:
        raise ValueError("must be a share between 0 and 1")
    return share


def provinces(said: object) -> tuple[str, ...] | None:
    """Return official codes of two digits, None for all. Whether they exist, the router knows."""
    if said is None or isinstance(said, tuple):
        return said
    if str(said).strip().lower() == "all":
        return None
    codes = tuple(code.strip() for code in str(said).split(","))
    if not all(re.fullmatch(r"\d{2}", code) for code in codes):
        raise ValueError(
            "must be official province codes of two digits with commas between, or all"
        )
    return tuple(dict.fromkeys(codes))


def networks(said: object) -> tuple[IPv4Network | IPv6Network, ...]:
    if isinstance(said, tuple):
        return said
    try:
        return tuple(ip_network(part.strip()) for part in str(said).split(","))
    except ValueError:
        raise ValueError("must be networks with commas between") from None


def telephone_numbers(said: object) -> dict[str, str]:
    """Return the number of each emergency service; those not named keep their national one."""
    if isinstance(said, dict):
        return said
    named = dict(EMERGENCY_NUMBERS)
    for part in str(said).split(","):
        service, _, number = part.partition("=")
        if service.strip() not in named or not re.fullmatch(r"\d{3,11}", number.strip()):
            raise ValueError(f"must be service=number, the services being {', '.join(named)}")
        named[service.strip()] = number.strip()
    return named


def weekday(said: object) -> Weekday:
    name = str(getattr(said, "name", said)).strip().upper()
    if name not in Weekday.__members__:
        raise ValueError(f"must be one of {', '.join(Weekday.__members__)}")
    return Weekday[name]


def time_of_day(said: object) -> time:
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", str(said)[:5].strip())
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError("must be a time of day in hours and minutes")
    return time(int(match[1]), int(match[2]))


def zone(said: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(said))
    except (KeyError, ValueError, OSError):
        raise ValueError("must be a time zone of the IANA list") from None


def web_address(said: object) -> str:
    """Return an http or https address without a trailing slash and without anything secret in it."""
    address = str(said).strip()
    parts = _split(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", address):
        raise ValueError("must be an address that begins with http:// or https://")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must hold no user, password, ? or #")
    return address.rstrip("/")


def public_address(said: object) -> str:
    """Return an https address; plain http is for trying things on this machine only."""
    address = web_address(said)
    parts = _split(address)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError("must begin with https:// (http:// only on this machine)")
    return address


def database_url(said: object) -> str:
    """Return the URL in the form the storage room opens: it knows one driver for each database."""
    url = str(said).strip()
    kind, found, rest = url.partition("://")
    name = kind.partition("+")[0]
    if found and name in ("postgresql", "postgres"):
        opened = f"postgresql+psycopg://{_with_many_hosts(rest)}"
        if _split(opened).path.strip("/"):
            return opened
    if found and name == "sqlite" and rest.startswith("/") and rest.strip("/").partition("?")[0]:
        return f"sqlite://{rest}"
    raise ValueError("must name a PostgreSQL database or an SQLite file")


def _with_many_hosts(rest: str) -> str:
    """Move servers named with commas between to where both readers of the URL find them.

    libpq reads `a:1,b:2/name` and `/name?host=a,b&port=1,2`, SQLAlchemy only the second. Of several servers
    only one takes writes: it is found unless something else is asked for.
    """
    network, _, after = rest.partition("/")
    path, _, query = after.partition("?")
    user, at, named = network.rpartition("@")
    asked = [query] if query else []
    if "," in named:
        hosts, ports = zip(*map(_server, named.split(",")), strict=True)
        network = user + at
        asked.insert(0, f"host={','.join(hosts)}&port={','.join(ports)}")
    if re.search(r"\bhost=[^&]*,", "&".join(asked)) and "target_session_attrs=" not in query:
        asked.append("target_session_attrs=read-write")
    return f"{network}/{path}" + (f"?{'&'.join(asked)}" if asked else "")


def _server(said: str) -> tuple[str, str]:
    match = re.fullmatch(r"(?:\[([^\[\]]+)\]|([^\[\]:]+))(?::(\d+))?", said)
    if not match:
        raise ValueError("must name each server as host or host:port")
    return match[1] or match[2], match[3] or "5432"


def bot_token(said: object) -> str:
    token = str(said).strip()
    if not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", token):
        raise ValueError("does not look like a token from @BotFather: digits, a colon, letters")
    return token


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def contains(given: "Networks", host: str) -> bool:
    """Tell whether the address `host` lies in one of the networks."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in given)


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        _ = parts.port  # read, it is checked
    except ValueError:
        raise ValueError("is not an address") from None
    return parts


Duration = Annotated[timedelta, BeforeValidator(duration)]
Share = Annotated[float, BeforeValidator(fraction)]
Provinces = Annotated[tuple[str, ...] | None, NoDecode, BeforeValidator(provinces)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(networks)]
TelephoneNumbers = Annotated[dict[str, str], NoDecode, BeforeValidator(telephone_numbers)]
Day = Annotated[Weekday, BeforeValidator(weekday)]
TimeOfDay = Annotated[time, BeforeValidator(time_of_day)]
Zone = Annotated[ZoneInfo, BeforeValidator(zone)]
Roles = Annotated[frozenset[ProcessRole], NoDecode, BeforeValidator(process_roles)]
WebAddress = Annotated[str, BeforeValidator(web_address)]
PublicAddress = Annotated[str, BeforeValidator(public_address)]
DatabaseUrl = Annotated[str, BeforeValidator(database_url)]
BotToken = Annotated[str, BeforeValidator(bot_token)]
