"""The local keyring: one master per client, private, and gone when it is destroyed."""

import stat
import threading
from pathlib import Path
from uuid import uuid4

import pytest

from storage.envelope import SealBroken
from storage.providers import KeyDestroyed, KeyProvider, LocalKeyring


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keyring"


def test_a_new_key_unwraps_to_itself_in_any_later_process(folder: Path) -> None:
    client_id = uuid4()
    made = LocalKeyring(folder).new_client_key(client_id)
    provider: KeyProvider = LocalKeyring(folder)
    assert provider.unwrap(made.provider_key, made.wrapped, client_id) == made.plain
    assert len(made.plain) == 32


def test_a_second_key_of_a_client_is_another_key_under_the_same_master(folder: Path) -> None:
    client_id = uuid4()
    keyring = LocalKeyring(folder)
    first, second = keyring.new_client_key(client_id), keyring.new_client_key(client_id)
    assert first.plain != second.plain
    assert first.provider_key == second.provider_key
    assert keyring.unwrap(first.provider_key, first.wrapped, client_id) == first.plain


def test_keys_do_not_open_for_another_client(folder: Path) -> None:
    ours, theirs = uuid4(), uuid4()
    keyring = LocalKeyring(folder)
    our_key, their_key = keyring.new_client_key(ours), keyring.new_client_key(theirs)
    with pytest.raises(SealBroken):
        keyring.unwrap(our_key.provider_key, our_key.wrapped, theirs)
    with pytest.raises(SealBroken):
        keyring.unwrap(their_key.provider_key, our_key.wrapped, ours)


def test_after_destruction_nothing_opens_and_others_are_untouched(folder: Path) -> None:
    gone, stays = uuid4(), uuid4()
    keyring = LocalKeyring(folder)
    lost, kept = keyring.new_client_key(gone), keyring.new_client_key(stays)
    keyring.destroy(lost.provider_key)
    keyring.destroy(lost.provider_key)
    with pytest.raises(KeyDestroyed, match="destroyed"):
        keyring.unwrap(lost.provider_key, lost.wrapped, gone)
    assert keyring.unwrap(kept.provider_key, kept.wrapped, stays) == kept.plain


def test_a_new_master_after_destruction_does_not_bring_the_old_keys_back(folder: Path) -> None:
    client_id = uuid4()
    keyring = LocalKeyring(folder)
    lost = keyring.new_client_key(client_id)
    keyring.destroy(lost.provider_key)
    keyring.new_client_key(client_id)
    with pytest.raises(SealBroken):
        keyring.unwrap(lost.provider_key, lost.wrapped, client_id)


def test_only_the_own_account_can_look_in(folder: Path) -> None:
    LocalKeyring(folder).new_client_key(uuid4())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    folder.chmod(0o750)
    with pytest.raises(PermissionError, match="chmod 700"):
        LocalKeyring(folder)


def test_two_that_make_the_first_master_at_once_use_the_same(folder: Path) -> None:
    client_id = uuid4()
    keyring = LocalKeyring(folder)
    start = threading.Barrier(8)
    made = []

    def make() -> None:
        start.wait()
        made.append(keyring.new_client_key(client_id))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [keyring.unwrap(key.provider_key, key.wrapped, client_id) for key in made] == [key.plain for key in made]
    assert len(made) == 8
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize("stranger", ["", "local:../../etc/passwd", "local:", "arn:aws:kms:x", "local:" + "A" * 32])
def test_keys_of_other_providers_are_refused(folder: Path, stranger: str) -> None:
    keyring = LocalKeyring(folder)
    with pytest.raises(ValueError, match="local keyring"):
        keyring.unwrap(stranger, b"", uuid4())
    with pytest.raises(ValueError, match="local keyring"):
        keyring.destroy(stranger)


def test_a_key_is_not_printed_with_its_value(folder: Path) -> None:
    made = LocalKeyring(folder).new_client_key(uuid4())
    assert "plain" not in repr(made)
