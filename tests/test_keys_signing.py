"""The key that signs API keys: one for all processes, for its owner's eyes alone, replaced in one step."""

import logging
import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from models.signing import SigningKey, SigningKeyUnusable

TEXT = b"signed"


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, password: bytes = b"") -> bytes:
    """A private key as a file holds it."""
    encryption = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def test_it_is_made_at_its_first_use_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "signing-key"
    key = SigningKey(path)
    assert not path.exists()
    assert len(key.sign(TEXT)) == 86
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["signing-key"]


def test_it_outlives_the_process(tmp_path: Path) -> None:
    signature = SigningKey(tmp_path / "key").sign(TEXT)
    assert SigningKey(tmp_path / "key").signed(TEXT, signature)
    assert not SigningKey(tmp_path / "key").signed(b"another text", signature)
    assert not SigningKey(tmp_path / "another key").signed(TEXT, signature)


def sign_when_told(path: Path, pipe: Connection) -> None:
    """Sign, at the same time as others."""
    key = SigningKey(path)
    pipe.send_bytes(b"ready")
    pipe.recv_bytes()
    pipe.send_bytes(key.sign(TEXT))


def test_processes_that_start_at_once_end_up_with_the_same_one(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe() for _ in range(4)]
    processes = [context.Process(target=sign_when_told, args=(tmp_path / "key", pipe)) for _, pipe in pipes]
    for process in processes:
        process.start()
    for mine, _ in pipes:
        mine.recv_bytes()
    for mine, _ in pipes:
        mine.send_bytes(b"go")
    signatures = [mine.recv_bytes() for mine, _ in pipes]
    for process in processes:
        process.join(10)
    assert all(SigningKey(tmp_path / "key").signed(TEXT, signature) for signature in signatures)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_new_one_ends_what_the_old_one_signed_in_every_process(tmp_path: Path) -> None:
    here, there = SigningKey(tmp_path / "key"), SigningKey(tmp_path / "key")
    old = here.sign(TEXT)
    assert there.signed(TEXT, old)
    here.rotate()
    new = here.sign(TEXT)
    assert not here.signed(TEXT, old)
    assert there.signed(TEXT, new)
    assert not there.signed(TEXT, old)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no key",
        b"\xff" * 100,
        pem(ec.generate_private_key(ec.SECP384R1())),
        pem(rsa.generate_private_key(65537, 2048)),
        pem(ec.generate_private_key(ec.SECP256R1()), b"password"),
    ],
    ids=["empty", "text", "bytes", "another curve", "rsa", "encrypted"],
)
def test_a_file_that_is_no_signing_key_is_one_clear_line_and_stays(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    with pytest.raises(
        SigningKeyUnusable, match=r"^.*/key \(PLURALSPEC_SIGNING_KEY\) is no signing key: expected .* P-256 key in PEM$"
    ):
        SigningKey(path)
    assert path.read_bytes() == content


def test_a_key_that_somebody_brings_is_used(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = SigningKey(path)
    assert not key.signed(TEXT, b"A" * 86)
    path.write_bytes(pem(ec.generate_private_key(ec.SECP256R1())))
    assert key.signed(TEXT, SigningKey(path).sign(TEXT))


def test_a_key_that_is_spoiled_while_it_is_used_is_reported_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    key = SigningKey(tmp_path / "key")
    key.sign(TEXT)
    (tmp_path / "key").write_text("spoiled")
    with caplog.at_level(logging.ERROR):
        assert not any(key.signed(TEXT, b"A" * 86) for _ in range(10))
    assert len(caplog.records) == 1


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(
        SigningKeyUnusable, match=r"^the signing key .*/file/key \(PLURALSPEC_SIGNING_KEY\) cannot be made: "
    ):
        SigningKey(tmp_path / "file" / "key").sign(TEXT)
