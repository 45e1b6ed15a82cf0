"""The key file: where it lies, when it may be made, whether it is well kept."""

import os
from pathlib import Path

from bot.errors import FolderError, make_folder
from bot.settings import Settings
from storage.sealing import KeyFileError, Keyring, read_keyring, write_keyring

CREDENTIAL = "tinbao-keys"  #: the name under which systemd's LoadCredential hands the file over


def key_path(settings: Settings) -> Path:
    """Return where the keys lie: as set, else systemd's credential, else the data folder.

    Who only tries things out has keys of their own, as they have a database of their own.
    """
    if not settings.is_configured:
        return settings.data_dir / "demo-keys.json"
    if settings.key_file is not None:
        return settings.key_file
    credential = Path(os.environ.get("CREDENTIALS_DIRECTORY", ""), CREDENTIAL)
    if credential.is_absolute() and credential.is_file():
        return credential
    return settings.data_dir / "keys.json"


def open_keyring(settings: Settings, *, database_is_empty: bool) -> Keyring:
    """Read the keys; make them only beside a database nobody has used.

    Raises:
        KeyFileError: damaged, open to others, or missing beside a database that was used.
        FolderError: they cannot be written where they belong.
    """
    path = key_path(settings)
    if is_there(path):
        return read_keyring(path)
    if not database_is_empty:
        raise KeyFileError(
            f"the database has been used, and its key file {path} is missing; without it nothing in the "
            "database can be read: put it back from where you keep it, or name it by TINBAO_KEY_FILE"
        )
    return _made(path)


def is_there(path: Path) -> bool:
    """Tell whether there is a key file. Raises KeyFileError if its folder is closed to us."""
    try:
        return path.exists()
    except PermissionError:
        raise KeyFileError(
            f"{path} cannot be reached by this user; give its folder to them"
        ) from None


def _made(path: Path) -> Keyring:
    keyring = Keyring.fresh()
    make_folder(path.parent)
    try:
        write_keyring(keyring, path)
    except OSError as error:
        raise FolderError(
            f"the key file {path} cannot be written: {error.strerror}; choose another by TINBAO_KEY_FILE"
        ) from None
    return keyring
