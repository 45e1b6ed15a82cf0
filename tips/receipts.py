"""The receipt code: the reporter's secret, by which they and nobody else find their tip again."""

import re
import secrets

#: 19 symbols (a prime, for the check) of which no two look alike. Without vowels no code is a word, and
#: no Vietnamese keyboard turns two of its letters into one with an accent.
SYMBOLS = "23456789CFHJKMNPRTX"
RANDOM = 10  #: symbols, 42.4 bits: 19 ** 10
LENGTH = RANDOM + 1
_GROUPS = (4, 8)  #: where a code is parted: "K7M4-P2X9-R3T"
#: Typed for what it looks like: of each pair the digit is ours.
_LOOKS_LIKE = str.maketrans("BSZGQ", "85269")
_MOST_FOREIGN = 2  #: symbols of no code, in something that was still meant as one
_LACKING = 2  #: symbols lost or doubled, at the most
_FEWEST_LETTERS = 3  #: of what lacks or has some symbols more: a number plate has one or two
_PARTED = re.compile(r"\w{3,5}-\w{3,5}-\w{2,4}", re.ASCII)  #: as nothing else is parted


def fresh_code() -> str:
    """Return a new code as people read it: "K7M4-P2X9-R3T"."""
    while True:
        body = "".join(secrets.choice(SYMBOLS) for _ in range(RANDOM))
        if looks_like_code(code := body + _check(body)):  # one in 1,300 has no digit, or no letter
            return written(code)


def written(code: str) -> str:
    first, second = _GROUPS
    return f"{code[:first]}-{code[first:second]}-{code[second:]}"


def read_code(text: str) -> str | None:
    """Return the symbols if `text` is a well-formed code, however it was typed; else None."""
    code = _squeezed(text)
    if len(code) != LENGTH or any(symbol not in SYMBOLS for symbol in code):
        return None
    return code if _check(code[:RANDOM]) == code[RANDOM] else None


def looks_like_code(text: str) -> bool:
    """Tell whether somebody meant to type a code, right or wrong.

    Parted like one; or about as long, letters and digits, hardly a symbol that no code has: so that
    words, addresses, number plates and telephone numbers are not taken for one.
    """
    code = _squeezed(text)
    if not (code.isascii() and code.isalnum()):
        return False
    letters = sum(c.isalpha() for c in code)
    if not 0 < letters < len(code):
        return False
    if _PARTED.fullmatch(text.strip()):
        return True
    foreign = sum(symbol not in SYMBOLS for symbol in code)
    off = abs(len(code) - LENGTH)
    if len(text.replace("-", " ").split()) > len(_GROUPS) + 1:
        return False
    if off <= 1:
        return foreign <= _MOST_FOREIGN
    return off == _LACKING and foreign == 0 and letters >= _FEWEST_LETTERS


def code_in(text: str) -> str | None:
    """Return the code within a sentence: "mã của tôi là K7M4-P2X9-R3T, có kết quả chưa?"."""
    words = (word.strip(".,:;!?«»\"'()") for word in text.split())
    return next((word for word in words if read_code(word)), None)


def _squeezed(text: str) -> str:
    return "".join(text.upper().replace("-", " ").split()).translate(_LOOKS_LIKE)


def _check(body: str) -> str:
    """A weighted sum modulo a prime: finds every wrong symbol and every swap of two neighbours."""
    total = sum(weight * SYMBOLS.index(symbol) for weight, symbol in enumerate(body, 2))
    return SYMBOLS[total % len(SYMBOLS)]
