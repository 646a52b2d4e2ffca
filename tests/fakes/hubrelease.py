"""A release folder whose files hold anything: what counts for publishing is which bytes lie where."""

import random
from pathlib import Path

from corpusbuilder.backends.hub.address import HubAddress
from corpusbuilder.backends.hub.connection import Connection
from corpusbuilder.pipeline.publishing.plan import PublishOptions
from corpusbuilder.pipeline.publishing.publish import publish
from corpusbuilder.records.release import ReleaseManifest
from corpusbuilder.store.release import CHECKSUMS, MANIFEST, ReleaseFolder, checksum_lines

TOKEN = "hf_of-marie-0123456789"
REPO = "marie/plants"


def noise(seed, size=3_000):
    return random.Random(seed).randbytes(size)


def write_release(folder, version="1.0.0", shards=2, seed="a", more=None):
    """A folder with so many shards of examples, whose content depends on ``seed``."""
    folder = Path(folder)
    files = {
        "README.md": f"# Plants {version}\n".encode(),
        "card/splits.svg": b"<svg/>" + seed.encode(),
        "data/documents/train-00000-of-00001.parquet": noise("documents"),
        **{
            f"data/examples/train-{n:05d}-of-{shards:05d}.parquet": noise(f"{seed}{n}", 3_000 + n)
            for n in range(shards)
        },
        **(more or {}),
    }
    manifest = ReleaseManifest(
        name="plants", version=version, tool_version="0", split_by="document", shares={}, splits={},
        rows={"examples": {"train": 1}}, documents={}, settings={}, card={},
    )  # fmt: skip
    files[MANIFEST] = manifest.model_dump_json().encode()
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / CHECKSUMS).write_text(checksum_lines(folder, files), encoding="utf-8")
    return ReleaseFolder.open(folder)


def bytes_of(release):
    return {name: (release.path / name).read_bytes() for name in release.files()}


class Told:
    """What was said on the way."""

    def __init__(self):
        self.lines, self.counts = [], []

    def __call__(self, text):
        self.lines.append(text)

    def sent(self, *counts):
        self.counts.append(counts)


def connect(server, token=TOKEN, timeout_s=5.0, repo=REPO):
    """A connection that does not wait between attempts."""
    address = HubAddress(server.url, repo, token, "the token in HF_TOKEN")
    return Connection(address, timeout_s=timeout_s, sleep=lambda seconds: None)


def send(server, release, *, told=None, connection=None, **options):
    """Publish; tagged v<version> if not said otherwise."""
    options.setdefault("tag", f"v{release.manifest.version}")
    with connection or connect(server) as opened:
        return publish(release, opened, PublishOptions(**options), told or Told())
