"""A real Kafka broker for tests, from Maven Central's jars: one node in KRaft mode on 127.0.0.1.

The jars are kept in `.kafka` of the checkout, or in `SPINE_KAFKA_CACHE`; they are fetched once, about 45 MB.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path

from jars import jars
from needed import Missing

VERSION = "4.1.0"
START_SECONDS = 180


@contextlib.contextmanager
def kafka_server(heap: str = "384m") -> Iterator[str]:
    """`host:port` of a running broker, stopped at the end; Missing where there is none."""
    java = shutil.which("java")
    if java is None:
        raise Missing("no Java")
    classes = ["-cp", f"{jars('kafka', VERSION, ('org.apache.kafka:kafka_2.13',))}{os.sep}*"]
    home = Path(tempfile.mkdtemp(prefix="spine-kafka-"))
    port, controller = _free_port(), _free_port()
    settings = home / "server.properties"
    settings.write_text(_settings(home, port, controller), encoding="utf-8")
    log = home / "server.log"
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    try:
        with log.open("wb") as output:
            form = ["kafka.tools.StorageTool", "format", "-t", f"x{cluster[1:]}", "-c", str(settings), "--standalone"]
            done = subprocess.run([java, *classes, *form], stdout=output, stderr=subprocess.STDOUT, check=False)
            if done.returncode:
                raise RuntimeError(f"Kafka was not formatted: {log.read_text(errors='replace')[-2000:]}")
            process = subprocess.Popen(
                [java, f"-Xms{heap}", f"-Xmx{heap}", *classes, "kafka.Kafka", str(settings)],
                stdout=output, stderr=subprocess.STDOUT, cwd=home,
            )  # fmt: skip
        try:
            _await(process, port, log)
            yield f"127.0.0.1:{port}"
        finally:
            # Its files go with it: there is nothing to shut down in order.
            process.kill()
            process.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _settings(home: Path, port: int, controller: int) -> str:
    return f"""process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={home / "data"}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
log.cleaner.enable=false
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    from confluent_kafka import KafkaException
    from confluent_kafka.admin import AdminClient

    give_up = time.monotonic() + START_SECONDS
    admin = AdminClient({"bootstrap.servers": f"127.0.0.1:{port}", "log_level": 0})
    while time.monotonic() < give_up and process.poll() is None:
        # A broker that answers, not only a port that is open.
        with contextlib.suppress(KafkaException):
            if admin.list_topics(timeout=2).brokers:
                return
    raise RuntimeError(f"Kafka did not start.\n{log.read_text(errors='replace')[-3000:]}")
