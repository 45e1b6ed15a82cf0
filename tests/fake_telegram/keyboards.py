"""What may hang under a message: inline buttons, reply keyboards, and their rules."""

import re
from typing import Any

from tests.fake_telegram.rules import MAX_CALLBACK_DATA, ApiError, Json, bad_request

ACTIONS = {
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "copy_text", "pay",
    "switch_inline_query_current_chat", "switch_inline_query_chosen_chat", "callback_game",
}  # fmt: skip
MAX_BUTTONS = 100


def check_markup(markup: Any, *, private: bool) -> Json | None:
    """The markup, or None where it amounts to nothing. Raises 400 for what Telegram refuses."""
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        buttons = _buttons(markup["inline_keyboard"], "inline keyboard")
        for button in buttons:
            _check_inline(button)
        return markup if buttons else None
    if "keyboard" in markup:
        for button in _buttons(markup["keyboard"], "keyboard"):
            _check_reply(button, private=private)
    elif not (markup.get("remove_keyboard") is True or markup.get("force_reply") is True):
        raise bad_request("object expected as reply markup")
    return markup


def _buttons(rows: Any, name: str) -> list[Any]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(f"can't parse {name} markup JSON object")
    buttons = [button for row in rows for button in row]
    if len(buttons) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return buttons


def _check_inline(button: Any) -> None:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise _unreadable('Can\'t find field "text"')
    if not button["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    actions = ACTIONS & button.keys()
    if not actions:
        raise _unreadable("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request("BUTTON_TYPE_INVALID")
    _check_action(button)


def _check_action(button: Json) -> None:
    data, url = button.get("callback_data"), button.get("url")
    if data is not None and not 1 <= len(str(data).encode()) <= MAX_CALLBACK_DATA:
        raise bad_request("BUTTON_DATA_INVALID")
    if url is not None and not re.match(r"(https?|tg)://[^\s/]+", url):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    if "copy_text" in button and not 1 <= len(button["copy_text"]["text"]) <= 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")


def _check_reply(button: Any, *, private: bool) -> None:
    text = button if isinstance(button, str) else button.get("text", "")
    if not text.strip():
        raise bad_request("keyboard button text must be non-empty")
    if not private and not isinstance(button, str):
        if button.get("request_location"):
            raise bad_request("location can be requested in private chats only")
        if button.get("request_contact"):
            raise bad_request("phone number can be requested in private chats only")


def _unreadable(why: str) -> ApiError:
    return bad_request(f"can't parse inline keyboard button: {why}")
