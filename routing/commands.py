"""What `tinbao route` does with each line: JSON in, JSON out, in order, whatever comes."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from routing.places import Point, Reason, ReasonCode, Route, Status
from routing.reasons import Language, explain
from routing.router import Router


class _UnreadableError(Exception):
    """A line that is not a question; the message says why."""


def route_lines(
    lines: Iterable[str | bytes], router: Router, *, explained: bool, language: Language
) -> Iterator[str]:
    """One line of JSON for each line of JSON.

    Input: `{"text"?, "lat"?, "lon"?, "accuracy"?, "province"?, "on"?}`, accuracy in metres, `on`
    as `"2026-01-31"`. Output: `{"status", "candidates": [{"code", "name", "province", "score"}],
    "reason"}`; with `explained` (and where a line cannot be read) a sentence in "explanation".
    """
    for line in lines:
        try:
            route = _answer(_question(line), router)
        except _UnreadableError as error:
            reason = Reason(ReasonCode.UNREADABLE, {"error": str(error)})
            route = Route(Status.UNKNOWN, (), reason)
        yield _written(route, language if explained or not _readable(route) else None)


def _question(line: str | bytes) -> dict[str, Any]:
    try:
        text = line.decode("utf-8-sig") if isinstance(line, bytes) else line
        question = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _UnreadableError("not a line of JSON") from error
    if not isinstance(question, dict):
        raise _UnreadableError("not a JSON object")
    return question


def _answer(question: dict[str, Any], router: Router) -> Route:
    latitude, longitude = _number(question, "lat"), _number(question, "lon")
    if (latitude is None) != (longitude is None):
        raise _UnreadableError("lat and lon go together")
    point = None
    if latitude is not None and longitude is not None:
        point = Point(latitude, longitude)
    return router.route(
        _string(question, "text") or "",
        point,
        accuracy=_number(question, "accuracy"),
        province=_string(question, "province"),
        on=_day(question),
    )


def _string(question: dict[str, Any], name: str) -> str | None:
    value = question.get(name)
    if value is not None and not isinstance(value, str):
        raise _UnreadableError(f"{name} is not a text")
    return value


def _number(question: dict[str, Any], name: str) -> float | None:
    value = question.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _UnreadableError(f"{name} is not a number")
    try:
        return float(value)
    except OverflowError as error:
        raise _UnreadableError(f"{name} is too large") from error


def _day(question: dict[str, Any]) -> date | None:
    text = _string(question, "on")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise _UnreadableError("on is not a day like 2026-01-31") from error


def _readable(route: Route) -> bool:
    return route.reason.code is not ReasonCode.UNREADABLE


def _written(route: Route, language: Language | None) -> str:
    answer: dict[str, Any] = {
        "status": route.status.value,
        "candidates": [
            {"code": c.code, "name": c.name, "province": c.province, "score": c.score}
            for c in route.candidates
        ],
        "reason": route.reason.code.value,
    }
    if route.outside:
        answer["outside"] = True
    if language is not None:
        answer["explanation"] = explain(route, language)
    return json.dumps(answer, ensure_ascii=False)
