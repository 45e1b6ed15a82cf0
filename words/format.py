"""Dates, hours, durations and numbers as people of a language write them, in the zone they live in."""

from datetime import datetime, timedelta, tzinfo

from words.texts import Language


def date_text(moment: datetime, zone: tzinfo) -> str:
    """12/11/2026, alike in both languages: the day before the month."""
    return moment.astimezone(zone).strftime("%d/%m/%Y")


def time_text(moment: datetime, zone: tzinfo, language: Language) -> str:
    """«21 giờ 30», «21 giờ» or 21:30."""
    local = moment.astimezone(zone)
    if language is Language.EN:
        return local.strftime("%H:%M")
    return f"{local.hour} giờ {local.minute:02}" if local.minute else f"{local.hour} giờ"


def moment_text(moment: datetime, zone: tzinfo, language: Language) -> str:
    """«21 giờ 30, 12/11/2026»: hour and day."""
    return f"{time_text(moment, zone, language)}, {date_text(moment, zone)}"


def span_text(start: datetime, end: datetime, zone: tzinfo, language: Language) -> str:
    """A stretch of time (`end` exclusive) as short as it can be said without losing anything."""
    if start == end:
        return moment_text(start, zone, language)
    if _is_midnight(start, zone) and _is_midnight(end, zone):
        return _days_text(start, end - timedelta(days=1), zone)
    first, last = time_text(start, zone, language), _closing_time(end, zone, language)
    if date_text(start, zone) == date_text(end - timedelta(minutes=1), zone):
        return f"{first}–{last}, {date_text(start, zone)}"
    return f"{moment_text(start, zone, language)} – {moment_text(end, zone, language)}"


def duration_text(duration: timedelta, language: Language) -> str:
    """The two largest units, minutes at the least: «1 giờ 20 phút», «20 ngày», 1 h 20 min."""
    minutes = max(0, round(duration.total_seconds() / 60))
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, _DAY), (hours, _HOUR), (minutes, _MINUTE)]
    said = [f"{count} {unit[language]}" for count, unit in parts if count][:2]
    return " ".join(said) or f"0 {_MINUTE[language]}"


def keeping_text(duration: timedelta, language: Language) -> str:
    """How long something is kept: «24 tháng» from a year on, «30 ngày» below."""
    if duration < _YEAR:
        return duration_text(duration, language)
    return f"{round(duration / _MONTH)} {_MONTHS[language]}"


def number_text(number: float, language: Language, decimals: int = 0) -> str:
    """«1.234,5» in Vietnamese, 1,234.5 in English."""
    english = f"{number:,.{decimals}f}"
    if language is Language.EN:
        return english
    return english.translate(str.maketrans(",.", ".,"))


def _is_midnight(moment: datetime, zone: tzinfo) -> bool:
    local = moment.astimezone(zone)
    return (local.hour, local.minute) == (0, 0)


def _days_text(first: datetime, last: datetime, zone: tzinfo) -> str:
    if first == last:
        return date_text(first, zone)
    return f"{date_text(first, zone)}–{date_text(last, zone)}"


def _closing_time(end: datetime, zone: tzinfo, language: Language) -> str:
    # A part of the day that ends at midnight is said to end at 24, not at 0.
    if not _is_midnight(end, zone):
        return time_text(end, zone, language)
    return "24:00" if language is Language.EN else "24 giờ"


_YEAR = timedelta(days=365)
_MONTH = _YEAR / 12
_MONTHS = {Language.VI: "tháng", Language.EN: "months"}
_DAY = {Language.VI: "ngày", Language.EN: "d"}
_HOUR = {Language.VI: "giờ", Language.EN: "h"}
_MINUTE = {Language.VI: "phút", Language.EN: "min"}
