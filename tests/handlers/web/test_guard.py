"""Only a browser on this machine, on our own page, gets past the guard."""

import pytest
from starlette.types import Message, Receive, Scope, Send

from handlers.web.guard import PROTECTION, Guard

REFUSAL = "Chỉ mở được trên máy này."
GOOD = {"host": "127.0.0.1:8080", "origin": "http://127.0.0.1:8080"}


async def ask(
    headers: dict[str, str] | list[tuple[str, str]],
    peer: tuple[str, int] | None = ("127.0.0.1", 5000),
    method: str = "POST",
    path: str = "/web/messages",
) -> tuple[int, dict[str, str], str]:
    """Send one request through the guard; return status, headers and body."""
    sent: list[Message] = []

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"inside"})

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    pairs = headers.items() if isinstance(headers, dict) else headers
    scope = {
        "type": "http", "scheme": "http", "method": method, "path": path, "client": peer,
        "headers": [(name.encode(), value.encode()) for name, value in pairs],
    }  # fmt: skip
    await Guard(page, REFUSAL)(scope, receive, send)
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], answered, sent[1]["body"].decode()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8080", "localhost:9", "LOCALHOST", "[::1]", "[::1]:8080"]
)
async def test_our_own_page_on_this_machine_gets_in(host: str) -> None:
    status, _, body = await ask({"host": host, "origin": f"http://{host.lower()}"})
    assert (status, body) == (200, "inside")


async def test_a_peer_over_ipv6_loopback_gets_in() -> None:
    assert (await ask(GOOD, ("::1", 5000)))[0] == 200


@pytest.mark.parametrize(
    "peer", [("192.168.1.7", 5000), ("10.0.0.2", 1), ("2001:db8::1", 5000), ("/run/x", 0), None]
)
async def test_a_peer_from_elsewhere_is_refused_in_one_sentence(peer: tuple[str, int]) -> None:
    status, _, body = await ask(GOOD, peer)
    assert (status, body) == (403, REFUSAL)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1:80:80", "0.0.0.0", "", "::1"]
)
async def test_a_name_that_is_not_ours_is_refused(host: str) -> None:
    assert (await ask({"host": host, "origin": f"http://{host}"}))[0] == 403


async def test_a_request_without_a_host_or_with_two_is_refused() -> None:
    assert (await ask({}, method="GET"))[0] == 403
    two = [("host", "127.0.0.1"), ("host", "evil.example")]
    assert (await ask(two, method="GET"))[0] == 403


@pytest.mark.parametrize(
    "header",
    ["forwarded", "via", "x-real-ip", "x-forwarded-for", "x-forwarded-host", "x-forwarded-x"],
)
async def test_whatever_came_through_a_proxy_is_refused(header: str) -> None:
    assert (await ask({**GOOD, header: "127.0.0.1"}))[0] == 403


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "http://127.0.0.1:9999", "https://127.0.0.1:8080", "null", ""],
)
async def test_another_origin_may_not_post(origin: str) -> None:
    assert (await ask({**GOOD, "origin": origin}))[0] == 403


async def test_a_post_must_say_its_origin() -> None:
    assert (await ask({"host": "127.0.0.1:8080"}))[0] == 403


async def test_a_get_needs_no_origin_but_may_not_name_another() -> None:
    assert (await ask({"host": "127.0.0.1:8080"}, method="GET"))[0] == 200
    foreign = {"host": "127.0.0.1:8080", "origin": "http://evil.example"}
    assert (await ask(foreign, method="GET"))[0] == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_another_site_may_link_to_the_page_but_not_load_its_parts(site: str) -> None:
    headers = {"host": "127.0.0.1:8080", "sec-fetch-site": site}
    assert (await ask(headers, method="GET", path="/"))[0] == 200
    assert (await ask(headers, method="GET", path="/web/events"))[0] == 403


@pytest.mark.parametrize("peer", [("127.0.0.1", 5000), ("192.168.1.7", 5000)])
async def test_every_answer_is_protected(peer: tuple[str, int]) -> None:
    _, headers, _ = await ask(GOOD, peer)
    assert headers.items() >= PROTECTION.items()


def test_the_policy_allows_no_inline_code_no_framing_and_nothing_from_elsewhere() -> None:
    policy = PROTECTION["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert not any(word in policy for word in ("unsafe", "http", "*", "data:"))
