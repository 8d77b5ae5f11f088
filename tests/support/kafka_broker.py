"""A Kafka of one broker, without ZooKeeper, from a folder of its jars."""

import datetime as dt
import ipaddress
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOST: Final = "127.0.0.1"
STARTED_SECONDS: Final = 60.0
STOPPED_SECONDS: Final = 20.0
# A start that is quick, with little memory.
JAVA: Final = ("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server((HOST, 0)) for _ in range(count)]
    found = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return found


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for this host and its key: the broker's, a client's, and the authority of both."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + dt.timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )  # fmt: skip
    return certificate, secret


class Broker:
    """Listens at `address`, and by TLS for who has a certificate at `secure`. Makes no topics by itself."""

    def __init__(self, jars: Path, folder: Path) -> None:
        plain, secure, controller = free_ports(3)
        self.address, self.secure = f"{HOST}:{plain}", f"{HOST}:{secure}"
        self.certificate, self.key = self_signed(folder)
        both = folder / "both.pem"
        both.write_text(self.key.read_text() + self.certificate.read_text())
        self._jars, self._folder = jars, folder
        self._port = plain
        self._settings = folder / "server.properties"
        self._settings.write_text(
            f"process.roles=broker,controller\nnode.id=1\ncontroller.quorum.voters=1@{HOST}:{controller}\n"
            f"listeners=PLAINTEXT://{self.address},SSL://{self.secure},CONTROLLER://{HOST}:{controller}\n"
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SSL:SSL,CONTROLLER:PLAINTEXT\n"
            f"controller.listener.names=CONTROLLER\nlog.dirs={folder}/data\nauto.create.topics.enable=false\n"
            "offsets.topic.replication.factor=1\nssl.client.auth=required\n"
            f"ssl.keystore.type=PEM\nssl.keystore.location={both}\n"
            f"ssl.truststore.type=PEM\nssl.truststore.location={self.certificate}\n"
        )
        self._running: subprocess.Popen[bytes] | None = None
        made = self._java("kafka.tools.StorageTool", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c")
        out, _ = made.communicate(timeout=STARTED_SECONDS)
        assert made.returncode == 0, out

    def _java(self, *arguments: str) -> subprocess.Popen[bytes]:
        java = shutil.which("java") or "java"
        command: Sequence[str] = (java, *JAVA, "-cp", f"{self._jars}/*", *arguments, str(self._settings))
        log = (self._folder / "log").open("ab") if arguments == ("kafka.Kafka",) else subprocess.PIPE
        return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=self._folder)

    def start(self) -> None:
        self._running = self._java("kafka.Kafka")
        end = time.monotonic() + STARTED_SECONDS
        while True:
            with socket.socket() as trying:
                if trying.connect_ex((HOST, self._port)) == 0:
                    return
            assert self._running.poll() is None, (self._folder / "log").read_text()[-3000:]
            assert time.monotonic() < end, "the broker did not start"
            time.sleep(0.05)

    def stop(self) -> None:
        if self._running is not None:
            self._running.terminate()
            try:
                self._running.wait(STOPPED_SECONDS)
            finally:
                self._running.kill()
                self._running = None
