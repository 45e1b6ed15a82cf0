"""The web door's addresses. Everything they need is handed in; `bot` decides whether they exist."""

import math
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from handlers.web import page, receive
from handlers.web.guard import Guard
from handlers.web.pace import Pace
from handlers.web.screen import BYTES, SHOWN_TYPES, event_of, is_for
from handlers.web.send import WebDoor
from handlers.web.uploads import LARGEST, FullError
from storage.database import DatabaseError
from tips.inbox import Clock, Inbox
from tips.messages import Attachment, Reply
from words.texts import Language, Texts

COOKIE = "tinbao_tryout"
COOKIE_LIVES = timedelta(days=30)
BEAT = timedelta(seconds=15)  #: of silence, before a stream says that it is alive
RETRY = timedelta(seconds=2)  #: before a browser opens a broken stream again
STREAMS = 24  #: open at once
MESSAGES_A_MINUTE = 240
UPLOADS_A_MINUTE = 30
LARGEST_MESSAGE = 64 * 1024  #: bytes: 4,096 characters, escaped in the worst way, fit

_VISITOR = re.compile(r"[0-9a-f]{32}")


def routes(
    inbox: Inbox, door: WebDoor, name_of: Callable[[str], str], texts: Texts, clock: Clock
) -> list[BaseRoute]:
    """Return the page's routes, each behind the guard.

    Args:
        name_of: the name of the unit behind an officer's address (`desk`, `officer:<commune code>`).
    """
    desk = _Endpoints(inbox, door, name_of, texts, clock)
    guard = Middleware(Guard, refusal=texts("web.refused", Language.VI))

    def post(path: str, endpoint: Callable[[Request], Awaitable[Response]], largest: int) -> Route:
        limit = Middleware(RequestBodyLimitMiddleware, max_body_size=largest)
        return Route(path, endpoint, methods=["POST"], middleware=[guard, limit])

    return [
        Route("/", desk.page, middleware=[guard]),
        Route("/web/static/{name}", desk.static, middleware=[guard]),
        Route("/web/events", desk.events, middleware=[guard]),
        Route("/web/files/{message_id}", desk.file, middleware=[guard]),
        post("/web/hello", desk.hello, 0),
        post("/web/messages", desk.message, LARGEST_MESSAGE),
        post("/web/uploads", desk.upload, LARGEST),
    ]


@dataclass(slots=True)
class _Endpoints:
    inbox: Inbox
    door: WebDoor
    name_of: Callable[[str], str]
    texts: Texts
    clock: Clock
    streams: int = 0
    messages_pace: Pace = field(init=False)
    uploads_pace: Pace = field(init=False)

    def __post_init__(self) -> None:
        minute = timedelta(minutes=1)
        self.messages_pace = Pace(MESSAGES_A_MINUTE, minute, self.clock)
        self.uploads_pace = Pace(UPLOADS_A_MINUTE, minute, self.clock)

    async def page(self, request: Request) -> Response:
        is_english = request.query_params.get("lang") == Language.EN
        language = Language.EN if is_english else Language.VI
        return HTMLResponse(page.render(self.texts, language))

    async def static(self, request: Request) -> Response:
        found = page.static_files().get(request.path_params["name"])
        return Response(found[1], media_type=found[0]) if found else Response(status_code=404)

    async def hello(self, request: Request) -> Response:
        """Make the browser a visitor. Not done by the page: a link from elsewhere brings no cookie."""
        visitor = visitor_of(request) or secrets.token_hex(16)
        response = Response(status_code=204)
        response.set_cookie(
            COOKIE, visitor, int(COOKIE_LIVES.total_seconds()), httponly=True, samesite="strict"
        )
        return response

    async def message(self, request: Request) -> Response:
        """Store one message; 200 means that it is in the inbox, or was already."""
        visitor = visitor_of(request)
        sent = receive.read(await request.body())
        address = receive.address_of(sent, visitor) if sent and visitor else None
        if visitor is None or sent is None or address is None:
            return Response(status_code=400 if visitor else 403)
        if wait := self.messages_pace.wait():
            return too_fast(wait)
        place = self.door.mailboxes.next_number()  # before any answer to it
        try:
            await self.inbox.store([receive.to_raw(sent, address, place)])
        except DatabaseError:
            return Response(status_code=503)  # the page keeps the message and tries again
        if not sent.choice:
            self.door.mailboxes.show(sent.id, address, own_words(sent), mine=True, place=place)
        return Response()

    async def upload(self, request: Request) -> Response:
        """Take one file as it is; its message follows and names it."""
        if visitor_of(request) is None:
            return Response(status_code=403)
        if wait := self.uploads_pace.wait():
            return too_fast(wait)
        content = await request.body()
        if not content:
            return Response(status_code=400)
        try:
            return JSONResponse({"reference": await self.door.uploads.put(content)})
        except FullError:
            return Response(status_code=413)

    async def events(self, request: Request) -> Response:
        visitor = visitor_of(request)
        if visitor is None:
            return Response(status_code=403)
        if self.streams >= STREAMS:
            return too_fast(BEAT)
        last = request.headers.get("last-event-id") or request.query_params.get("since", "")
        since = int(last) if last.isdecimal() else 0
        return StreamingResponse(self._stream(visitor, since), media_type="text/event-stream")

    async def file(self, request: Request) -> Response:
        visitor = visitor_of(request)
        bubble = self.door.mailboxes.find(request.path_params["message_id"])
        if visitor is None or bubble is None or not is_for(bubble, visitor):
            return Response(status_code=404)
        attachment = bubble.reply.attachment
        if attachment is None:
            return Response(status_code=404)
        return await self._file(attachment)

    async def _file(self, attachment: Attachment) -> Response:
        media_type = attachment.media_type if attachment.media_type in SHOWN_TYPES else BYTES
        try:
            content = attachment.content or await self.door.uploads.get(attachment.file)
        except FileNotFoundError:
            return Response(status_code=404)
        return Response(content, media_type=media_type)

    async def _stream(self, visitor: str, since: int) -> AsyncIterator[str]:
        self.streams += 1
        try:
            yield f"retry: {int(RETRY.total_seconds() * 1000)}\n\n"
            async for changed in self.door.mailboxes.changes(since, BEAT):
                for bubble in changed:
                    if is_for(bubble, visitor):
                        yield event_of(bubble, self.name_of)
                yield "event: beat\ndata: .\n\n"
        finally:
            self.streams -= 1


def visitor_of(request: Request) -> str | None:
    value = request.cookies.get(COOKIE, "")
    return value if _VISITOR.fullmatch(value) else None


def own_words(sent: receive.Sent) -> Reply:
    """Return a person's message as it stands on their own screen."""
    media = sent.media
    if media is None:
        return Reply(sent.text, point=sent.point)
    kind = receive.kind_of(media.media_type)
    return Reply(sent.text, attachment=Attachment(kind, media.media_type, media.reference))


def too_fast(wait: timedelta) -> Response:
    return Response(status_code=429, headers={"retry-after": str(math.ceil(wait.total_seconds()))})
