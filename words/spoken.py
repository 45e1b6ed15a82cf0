"""Words that are easily told apart on the telephone: an officer who joins reads one to the inviter."""

SPOKEN = (
    "bưởi", "cam", "chuối", "dừa", "khế", "mận", "nhãn", "ổi", "táo", "xoài", "vải", "mít",
    "sen", "cúc", "mai", "đào", "trâu", "ngựa", "mèo", "vịt", "cá", "tôm", "cua", "ếch",
)  # fmt: skip
