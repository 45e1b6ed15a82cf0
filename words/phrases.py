"""What people type in place of a command or a button, as data: folded, without accents."""

from collections.abc import Mapping

#: What was typed, whole → the command it stands for.
COMMANDS: Mapping[str, str] = {
    phrase: command
    for command, phrases in {
        "start": (
            "alo", "hello", "hi", "xin chao", "chao", "chao em", "chao anh", "chao chi", "chao bot",
            "bat dau", "menu", "test",
        ),
        "report": ("bao tin", "bao tin moi", "toi muon bao tin", "report"),
        "status": ("ket qua", "xem ket qua", "tin cua toi", "trang thai"),
        "help": ("tro giup", "giup", "huong dan", "help"),
        "mydata": ("dulieu", "du lieu", "du lieu cua toi"),
        "privacy": ("quyen rieng tu",),
        "language": ("english", "tieng anh", "tieng viet", "ngon ngu"),
        "cancel": ("huy", "huy bo", "bo", "thoi", "cancel"),
        "back": ("0", "quay lai", "back"),
        "skip": ("bo qua", "skip"),
        "add": ("bs", "bo sung"),
        "wipe": ("xoa cuoc tro chuyen", "xoa tro chuyen"),
        "thanks": (
            "cam on", "cam on anh", "cam on em", "cam on chau", "cam on bot", "xin cam on", "ok", "oke",
            "vang", "da vang", "thanks", "thank you",
        ),
        "real": (
            "that hay gia", "co phai that khong", "kenh nay co that khong", "co that khong",
            "kenh nay co phai that khong", "day co phai cong an that khong", "lua dao a",
            "co phai lua dao khong", "is this real", "is it real", "are you real",
        ),
    }.items()
    for phrase in phrases
}  # fmt: skip

YES = frozenset(
    ("co", "dung", "dung roi", "dung vay", "phai", "phai roi", "u", "uh", "vang", "da", "ok", "yes")
)
NO = frozenset(("khong", "ko", "k", "khong phai", "khong dung", "sai", "sai roi", "no"))
#: Words that consent and send, where the summary asks for it.
SEND = frozenset(("gui", "gui tin", "gui di", "dong y", "dong y gui", "dong y va gui", "send"))
#: Words before a receipt code.
CODE = ("ma tra cuu", "ma so", "ma", "code")
