"""The receipt code: the reporter's secret, by which they and nobody else find their tip again."""

import secrets

#: 23 symbols (a prime, for the check) of which no two look alike: without 0 O Q D, 1 I L, 2 Z, 5 S, 8 B, …
#: the digit of each pair is kept.
SYMBOLS = "23456789ACEFHJKMNPRTVXY"
RANDOM = 9  #: symbols, 40.7 bits: 23 ** 9
LENGTH = RANDOM + 1
_LOOKS_LIKE = str.maketrans("BSZG", "8526")


def fresh_code() -> str:
    """Return a new code as people read it: "7KM4P-X2RA9"."""
    while True:
        body = "".join(secrets.choice(SYMBOLS) for _ in range(RANDOM))
        if looks_like_code(body + _check(body)):  # one in fifty has no digit, and reads like a word
            return written(body + _check(body))


def written(code: str) -> str:
    return f"{code[:5]}-{code[5:]}"


def read_code(text: str) -> str | None:
    """Return the ten symbols if `text` is a well-formed code, however it was typed; else None."""
    code = _squeezed(text)
    if not looks_like_code(text) or any(symbol not in SYMBOLS for symbol in code):
        return None
    return code if _check(code[:RANDOM]) == code[RANDOM] else None


def looks_like_code(text: str) -> bool:
    """Tell whether somebody meant to type a code, right or wrong.

    Ten letters and digits in at most two groups, with a dash between or a digit inside: so that
    words and telephone numbers are not taken for one.
    """
    code = _squeezed(text)
    groups = text.replace("-", " ").split()
    if len(code) != LENGTH or not (code.isascii() and code.isalnum()) or len(groups) > 2:
        return False
    return not code.isdigit() and (any(c.isdigit() for c in code) or "-" in text)


def _squeezed(text: str) -> str:
    return "".join(text.upper().replace("-", " ").split()).translate(_LOOKS_LIKE)


def _check(body: str) -> str:
    """A weighted sum modulo a prime: finds every wrong symbol and every swap of two neighbours."""
    total = sum(weight * SYMBOLS.index(symbol) for weight, symbol in enumerate(body, 2))
    return SYMBOLS[total % len(SYMBOLS)]
