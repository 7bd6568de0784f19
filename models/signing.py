"""The key that signs API keys: a file of its own, made at its first use, never in the database."""

import logging
import os
import tempfile
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

log = logging.getLogger(__name__)

_HALF = 32
"""Bytes of each of the two numbers of a signature."""
_ES256 = ec.ECDSA(SHA256())


class SigningKeyUnusable(Exception):
    """The key cannot be read or made; the text is one line that says why."""


class SigningKey:
    """The key in the file `path`. Processes that make it at the same time end up with the same one."""

    def __init__(self, path: Path) -> None:
        """Read it, if there is one. Raises SigningKeyUnusable."""
        self.path = path
        self._stamp = _stamp(path)
        self._use(_read(path) if self._stamp else None)

    def sign(self, text: bytes) -> bytes:
        """The ES256 signature of `text` in unpadded base64url. Raises SigningKeyUnusable."""
        numbers = decode_dss_signature(self._private().sign(text, _ES256))
        return urlsafe_b64encode(b"".join(number.to_bytes(_HALF) for number in numbers)).rstrip(b"=")

    def signed(self, text: bytes, signature: bytes) -> bool:
        """Whether `signature`, in the form that `sign` gives it, is that of `text`."""
        numbers = urlsafe_b64decode(signature + b"==")
        encoded = encode_dss_signature(int.from_bytes(numbers[:_HALF]), int.from_bytes(numbers[_HALF:]))
        return self._verifies(text, encoded) or (self._replaced() and self._verifies(text, encoded))

    def rotate(self) -> None:
        """Put a new key in the place of this one; what it has signed is worth nothing from then on."""
        _make(self.path, replace=True)
        self._read_again()

    def _private(self) -> ec.EllipticCurvePrivateKey:
        if self._key is None or _stamp(self.path) != self._stamp:
            _make(self.path, replace=False)
            self._read_again()
        assert self._key is not None
        return self._key

    def _read_again(self) -> None:
        self._stamp = _stamp(self.path)
        self._use(_read(self.path))

    def _use(self, key: ec.EllipticCurvePrivateKey | None) -> None:
        self._key = key
        self._public = key.public_key() if key else None

    def _verifies(self, text: bytes, encoded: bytes) -> bool:
        if self._public is None:
            return False
        try:
            self._public.verify(encoded, text, _ES256)
        except InvalidSignature:
            return False
        return True

    def _replaced(self) -> bool:
        """Whether the file has another key than before, which is the one from now on."""
        stamp = _stamp(self.path)
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            self._use(_read(self.path) if stamp else None)
        except SigningKeyUnusable as error:
            self._use(None)
            log.error("API keys do not work: %s", error)
        return self._public is not None


def _stamp(path: Path) -> tuple[int, ...] | None:
    """What tells one file at `path` from another; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size


def _read(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise SigningKeyUnusable(
            f"the signing key {path} (PLURALSPEC_SIGNING_KEY) cannot be read: {error.strerror}"
        ) from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SigningKeyUnusable(
            f"{path} (PLURALSPEC_SIGNING_KEY) is no signing key: expected an unencrypted P-256 key in PEM"
        ) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SigningKeyUnusable(f"{path} (PLURALSPEC_SIGNING_KEY) is no signing key: expected a P-256 key in PEM")
    return key


def _make(path: Path, *, replace: bool) -> None:
    """Put a new key at `path` in one step; without `replace`, a key that is there stays."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)  # for its owner alone: mode 0600
        try:
            with os.fdopen(number, "wb") as file:
                file.write(_new_key())
                file.flush()
                os.fsync(file.fileno())
            _put(Path(name), path, replace=replace)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise SigningKeyUnusable(
            f"the signing key {path} (PLURALSPEC_SIGNING_KEY) cannot be made: {error.strerror}"
        ) from error


def _put(made: Path, path: Path, *, replace: bool) -> None:
    if replace:
        made.replace(path)
    else:
        try:
            path.hardlink_to(made)
        except FileExistsError:
            return  # another process was faster, or there was one all along
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _new_key() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
