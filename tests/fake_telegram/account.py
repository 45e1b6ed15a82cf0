"""Bot API methods about the bot, its updates, its files and the chats it is in."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.fake_telegram.groups import FakeGroup
from tests.fake_telegram.params import Params
from tests.fake_telegram.rules import ApiError, Json, bad_request
from tests.fake_telegram.updates import Webhook

if TYPE_CHECKING:
    from tests.fake_telegram.server import FakeTelegram

    Method = Callable[[FakeTelegram, Params], Awaitable[Any]]

LOOPBACK = ("127.0.0.1", "localhost", "::1")
WEBHOOK_PORTS = (443, 80, 88, 8443)
#: What the bot may say about itself: parameter, longest text (UTF-16 units are not counted here).
PROFILE = {
    "Name": ("name", 64),
    "Description": ("description", 512),
    "ShortDescription": ("short_description", 120),
}


async def get_me(telegram: "FakeTelegram", asked: Params) -> Json:
    return telegram.bot_json | {
        "can_join_groups": True, "supports_inline_queries": False,
        "can_read_all_group_messages": not telegram.privacy_mode,
    }  # fmt: skip


async def get_file(telegram: "FakeTelegram", asked: Params) -> Json:
    return telegram.files.to_download(asked.words("file_id")).as_file()


# -- updates


async def get_updates(telegram: "FakeTelegram", asked: Params) -> list[Json]:
    _select_updates(telegram, asked)
    limit = min(100, max(1, asked.integer("limit", 100)))
    patience = min(50, max(0, asked.integer("timeout")))
    return await telegram.updates.poll(asked.integer("offset"), limit, patience)


async def set_webhook(telegram: "FakeTelegram", asked: Params) -> tuple[bool, Json]:
    url, secret = asked.words("url"), asked.words("secret_token")
    if not url:
        return await delete_webhook(telegram, asked)
    _check_webhook(url, secret)
    _select_updates(telegram, asked)
    if asked.flag("drop_pending_updates"):
        telegram.updates.forget()
    connections = asked.integer("max_connections", 40)
    telegram.updates.webhook = Webhook(url, secret or None, connections)
    telegram.updates.interrupt_polls()
    telegram.updates.push_soon()
    return True, {"description": "Webhook was set"}


def _check_webhook(url: str, secret: str) -> None:
    """HTTPS on four ports; plain HTTP only to loopback, as a local Bot API server allows."""
    address = urlsplit(url)
    if address.hostname not in LOOPBACK:
        if address.scheme != "https":
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if (address.port or 443) not in WEBHOOK_PORTS:
            ports = "80, 88, 443 or 8443"
            raise bad_request(f"bad webhook: Webhook can be set up only on ports {ports}")
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad_request("secret token contains unallowed characters")


async def delete_webhook(telegram: "FakeTelegram", asked: Params) -> tuple[bool, Json]:
    was_set = bool(telegram.updates.webhook.url)
    telegram.updates.webhook = Webhook()
    if asked.flag("drop_pending_updates"):
        telegram.updates.forget()
    return True, {"description": f"Webhook {'was' if was_set else 'is already'} deleted"}


async def get_webhook_info(telegram: "FakeTelegram", asked: Params) -> Json:
    pending = len(telegram.updates.pending())
    return telegram.updates.webhook.info(pending, telegram.updates.allowed)


def _select_updates(telegram: "FakeTelegram", asked: Params) -> None:
    """The selection stays until another is given."""
    wanted = asked.value("allowed_updates")
    if wanted is not None:
        telegram.updates.allowed = list(wanted)


# -- what the bot says about itself


def _setter(kind: str) -> "Method":
    parameter, longest = PROFILE[kind]

    async def set_text(telegram: "FakeTelegram", asked: Params) -> bool:
        text = asked.words(parameter)
        if len(text) > longest:
            raise bad_request(f"BOT_{kind.upper()}_INVALID")
        telegram.profile.texts[kind, asked.words("language_code")] = text
        return True

    return set_text


def _getter(kind: str) -> "Method":
    async def get_text(telegram: "FakeTelegram", asked: Params) -> Json:
        texts, language = telegram.profile.texts, asked.words("language_code")
        ours = telegram.bot_json["first_name"] if kind == "Name" else ""
        return {PROFILE[kind][0]: texts.get((kind, language)) or texts.get((kind, "")) or ours}

    return get_text


async def set_my_commands(telegram: "FakeTelegram", asked: Params) -> bool:
    commands = asked.value("commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands: expected an Array of BotCommand")
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    telegram.profile.commands[_audience(asked)] = commands
    return True


async def get_my_commands(telegram: "FakeTelegram", asked: Params) -> list[Json]:
    return telegram.profile.commands.get(_audience(asked), [])


async def delete_my_commands(telegram: "FakeTelegram", asked: Params) -> bool:
    telegram.profile.commands.pop(_audience(asked), None)
    return True


def _audience(asked: Params) -> tuple[str, str]:
    scope = asked.value("scope") or {"type": "default"}
    return json.dumps(scope, sort_keys=True), asked.words("language_code")


# -- chats


async def get_chat(telegram: "FakeTelegram", asked: Params) -> Json:
    chat = telegram.chat(asked.chat_id)
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription")
    accepted = dict.fromkeys((*gifts, "gifts_from_channels"), False)
    return chat.chat_json() | {
        "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": accepted,
    }  # fmt: skip


async def get_chat_member(telegram: "FakeTelegram", asked: Params) -> Json:
    if not asked.integer("user_id"):
        raise bad_request("invalid user_id specified")
    user_id = asked.integer("user_id")
    if user_id != telegram.bot_json["id"] and user_id not in telegram.chats:
        raise bad_request("member not found")
    return _group(telegram, asked).member(user_id)


async def get_chat_administrators(telegram: "FakeTelegram", asked: Params) -> list[Json]:
    group = _group(telegram, asked)
    owner = [group.member(group.members[0].id)] if group.members else []
    bot = group.member(telegram.bot_json["id"])
    return owner + ([bot] if group.bot_is_admin else [])


async def get_chat_member_count(telegram: "FakeTelegram", asked: Params) -> int:
    return len(_group(telegram, asked).members) + 1


async def leave_chat(telegram: "FakeTelegram", asked: Params) -> bool:
    _group(telegram, asked).standing = "left"
    return True


def _group(telegram: "FakeTelegram", asked: Params) -> FakeGroup:
    """A group the bot is in."""
    chat = telegram.chat(asked.chat_id)
    if not isinstance(chat, FakeGroup):
        raise ApiError(400, "Bad Request: there are no administrators in the private chat")
    if chat.standing in ("left", "kicked") and (refusal := chat.refusal()):
        raise refusal
    return chat


METHODS: "dict[str, Method]" = {
    "getMe": get_me,
    "getFile": get_file,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
    **{f"setMy{kind}": _setter(kind) for kind in PROFILE},
    **{f"getMy{kind}": _getter(kind) for kind in PROFILE},
}
