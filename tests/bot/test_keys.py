"""The key file: made once, beside an empty database, for its owner only."""

import stat
from pathlib import Path

import pytest

from bot.errors import FolderError
from bot.keys import key_path, open_keyring
from bot.settings import Settings, read_settings
from storage.sealing import KeyFileError

TOKEN = "123456789:AAF-secret-secret-secret-secret-sec"


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("TINBAO_TELEGRAM_TOKEN", TOKEN)
    return read_settings()


def test_keys_are_made_beside_an_empty_database_and_read_ever_after(settings: Settings) -> None:
    made = open_keyring(settings, database_is_empty=True)
    assert open_keyring(settings, database_is_empty=False) == made
    assert open_keyring(settings, database_is_empty=True) == made


def test_only_the_owner_may_read_the_keys(settings: Settings) -> None:
    open_keyring(settings, database_is_empty=True)
    path = key_path(settings)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_used_database_without_its_keys_refuses_to_start(settings: Settings) -> None:
    with pytest.raises(KeyFileError, match="put it back") as refusal:
        open_keyring(settings, database_is_empty=False)
    assert str(key_path(settings)) in str(refusal.value)
    assert not key_path(settings).exists()


def test_keys_open_to_others_are_refused_with_the_mend(settings: Settings) -> None:
    open_keyring(settings, database_is_empty=True)
    key_path(settings).chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        open_keyring(settings, database_is_empty=False)


@pytest.mark.parametrize("content", ["", "{}", "not json", '{"hash_key": 1, "sealing_keys": {}}'])
def test_a_damaged_key_file_is_never_replaced(settings: Settings, content: str) -> None:
    open_keyring(settings, database_is_empty=True)
    key_path(settings).write_text(content)
    with pytest.raises(KeyFileError, match="damaged"):
        open_keyring(settings, database_is_empty=True)
    assert key_path(settings).read_text() == content


def test_who_tries_out_has_keys_apart_from_the_real_ones(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = open_keyring(settings, database_is_empty=True)
    monkeypatch.delenv("TINBAO_TELEGRAM_TOKEN")
    demo = read_settings()
    assert key_path(demo) != key_path(settings)
    assert open_keyring(demo, database_is_empty=True) != real


def test_the_keys_lie_where_they_are_set_to_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINBAO_TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("TINBAO_KEY_FILE", str(tmp_path / "safe" / "keys.json"))
    open_keyring(read_settings(), database_is_empty=True)
    assert (tmp_path / "safe" / "keys.json").is_file()


def test_a_systemd_credential_is_found_and_may_be_group_readable(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = open_keyring(settings, database_is_empty=True)
    credential = tmp_path / "credentials" / "tinbao-keys"
    credential.parent.mkdir()
    key_path(settings).rename(credential)
    credential.chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credential.parent))
    assert open_keyring(settings, database_is_empty=False) == made


def test_a_folder_that_cannot_be_made_is_said_plainly(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TINBAO_DATA_DIR", str(tmp_path / "file" / "var"))
    with pytest.raises(FolderError, match="TINBAO_DATA_DIR"):
        open_keyring(read_settings(), database_is_empty=True)


def test_a_folder_one_may_not_write_is_said_plainly(settings: Settings, as_nobody: Path) -> None:
    (as_nobody / "var").mkdir(mode=0o500)
    with pytest.raises(FolderError, match="permission denied"):
        open_keyring(settings, database_is_empty=True)


def test_a_folder_one_may_not_enter_is_said_plainly(settings: Settings, as_nobody: Path) -> None:
    (as_nobody / "var").mkdir(mode=0o000)
    with pytest.raises(KeyFileError, match="cannot be reached by this user"):
        open_keyring(settings, database_is_empty=True)


def test_keys_of_another_user_are_said_plainly(settings: Settings, as_nobody: Path) -> None:
    open_keyring(settings, database_is_empty=True)
    key_path(settings).chmod(0o000)
    with pytest.raises(KeyFileError, match="cannot be read by this user"):
        open_keyring(settings, database_is_empty=False)
