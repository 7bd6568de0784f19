"""A front for Postgres that speaks TLS, with a certificate made for it: for where the Postgres at hand knows no TLS."""

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_SSL_REQUEST_SIZE = 8


def make_certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that has signed itself; its key is in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pluralspec tests")])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "certificate.pem"
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return file


class TlsFront:
    """Passes on what comes over TLS to the port `behind`, for the time of a `with` block; `port` is its own."""

    def __init__(self, behind: int, certificate: Path) -> None:
        self._behind = behind
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self.encrypted = 0
        """Connections that were over TLS."""

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        """One client: it asks whether there is TLS, hears yes, and then speaks to Postgres."""
        with contextlib.suppress(OSError), client:
            client.recv(_SSL_REQUEST_SIZE)
            client.sendall(b"S")
            with self._context.wrap_socket(client, server_side=True) as shielded:
                self.encrypted += 1
                with socket.create_connection(("127.0.0.1", self._behind)) as plain:
                    back = threading.Thread(target=_pass_on, args=(plain.recv, shielded.sendall), daemon=True)
                    back.start()
                    _pass_on(shielded.recv, plain.sendall)
                    plain.shutdown(socket.SHUT_RDWR)
                    back.join()


def _pass_on(receive: Callable[[int], bytes], send: Callable[[bytes], None]) -> None:
    with contextlib.suppress(OSError):
        while data := receive(1 << 16):
            send(data)
