"""Sealing what a thief must not read: authenticated encryption and keyed hashes, from one key file.

AES-256-GCM seals (``cryptography``'s AESGCM); HMAC-SHA-256 finds. The two never share a key. A sealed
value names the key that sealed it, so that keys can rotate: old keys open, the newest one seals.
"""

import base64
import hmac
import json
import os
import secrets
import stat
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12  #: bytes, the size NIST SP 800-38D recommends for GCM
KEY = 32  #: bytes, AES-256


class KeyFileError(Exception):
    """The key file is missing, damaged or open to others; the message says what to do."""


class SealError(Exception):
    """A sealed value does not open: it was changed, or belongs to another key or another place."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of one installation.

    A sealed value is ``key id (4 bytes) + nonce (12) + ciphertext and tag``; `purpose` is bound to it, so
    that a value moved from one column to another does not open.
    """

    hash_key: bytes
    sealing_keys: dict[int, bytes]  #: id → key; the highest id seals
    path: Path | None = field(default=None, compare=False)  #: of the file, to follow a rotation

    @classmethod
    def fresh(cls) -> Self:
        return cls(secrets.token_bytes(KEY), {1: secrets.token_bytes(KEY)})

    def rotated(self) -> "Keyring":
        """Return a keyring that seals with a new key and still opens what the old ones sealed."""
        newest = max(self.sealing_keys) + 1
        return Keyring(self.hash_key, {**self.sealing_keys, newest: secrets.token_bytes(KEY)})

    def newest(self, count: int) -> "Keyring":
        """Return a keyring that has forgotten all but its `count` newest sealing keys."""
        kept = sorted(self.sealing_keys)[-count:]
        return Keyring(self.hash_key, {key_id: self.sealing_keys[key_id] for key_id in kept})

    def seal(self, value: bytes, purpose: str) -> bytes:
        key_id = max(self.sealing_keys)
        nonce = os.urandom(NONCE)
        sealed = _cipher(self.sealing_keys[key_id]).encrypt(nonce, value, purpose.encode())
        return key_id.to_bytes(4, "big") + nonce + sealed

    def unseal(self, sealed: bytes, purpose: str) -> bytes:
        """Open a sealed value.

        Raises:
            SealError: changed, sealed for another purpose, or by a key we do not hold.
        """
        key = self._key(key_id_of(sealed))
        if key is None:
            raise SealError(f"no key {key_id_of(sealed)} in the key file for {purpose}")
        try:
            return _cipher(key).decrypt(
                sealed[4 : 4 + NONCE], sealed[4 + NONCE :], purpose.encode()
            )
        except (InvalidTag, ValueError):  # ValueError: cut shorter than a nonce
            raise SealError(f"a value of {purpose} does not open") from None

    def _key(self, key_id: int) -> bytes | None:
        """Return a key; one we do not know may have come into the file since it was read."""
        if key_id not in self.sealing_keys and self.path is not None:
            self.sealing_keys.update(read_keyring(self.path).sealing_keys)
        return self.sealing_keys.get(key_id)

    def seal_json(self, value: Any, purpose: str) -> bytes:
        words = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return self.seal(words.encode(), purpose)

    def unseal_json(self, sealed: bytes, purpose: str) -> Any:
        return json.loads(self.unseal(sealed, purpose))

    def digest(self, value: str, purpose: str) -> bytes:
        """Return a keyed hash (32 bytes) to find `value` by, without storing it."""
        return hmac.digest(self.hash_key, f"{purpose}\0{value}".encode(), "sha256")

    def token(self, purpose: str) -> str:
        """Return a URL-safe secret that is always the same for these keys and this purpose."""
        return base64.urlsafe_b64encode(self.digest("token", purpose)).decode().rstrip("=")


@lru_cache(maxsize=8)
def _cipher(key: bytes) -> AESGCM:
    """Kept, since making one costs as much as sealing a message with it."""
    return AESGCM(key)


def key_id_of(sealed: bytes) -> int:
    return int.from_bytes(sealed[:4], "big")


def write_keyring(keyring: Keyring, path: Path) -> None:
    """Write the key file, readable by its owner only, replacing an older one in a single step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(_to_json(keyring), file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def read_keyring(path: Path) -> Keyring:
    """Read the key file.

    Raises:
        KeyFileError: missing, unreadable, damaged, or readable by others.
    """
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) and not _is_credential(path):
            raise KeyFileError(f"{path} is open to other users; mend with: chmod 600 {path}")
        return _from_json(json.loads(path.read_text()), path)
    except FileNotFoundError:
        raise KeyFileError(
            f"there is no key file {path}; restore it from where you keep it"
        ) from None
    except PermissionError:
        raise KeyFileError(f"{path} cannot be read by this user; give it to them") from None
    except (ValueError, KeyError, TypeError):
        raise KeyFileError(f"{path} is damaged; restore it from where you keep it") from None


def _is_credential(path: Path) -> bool:
    """systemd and container secrets are guarded by their folder, not by their own mode."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "/run/secrets")
    return path.is_relative_to(folder)


def _to_json(keyring: Keyring) -> dict[str, Any]:
    return {
        "hash_key": base64.b64encode(keyring.hash_key).decode(),
        "sealing_keys": {
            str(key_id): base64.b64encode(key).decode()
            for key_id, key in keyring.sealing_keys.items()
        },
    }


def _from_json(stored: dict[str, Any], path: Path) -> Keyring:
    keys = {int(key_id): base64.b64decode(key) for key_id, key in stored["sealing_keys"].items()}
    keyring = Keyring(base64.b64decode(stored["hash_key"]), keys, path)
    if not keys or any(len(key) != KEY for key in (keyring.hash_key, *keys.values())):
        raise ValueError("a key has the wrong length")
    return keyring
