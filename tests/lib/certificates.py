"""Authorities of certificates, and what they vouch for, made by openssl for one test."""
import subprocess

DAYS = 3650
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"]


class Authority:
    """An authority that nobody but a test knows; its certificate is in `path` (PEM)."""

    def __init__(self, directory, name="authority"):
        self.directory, self.name = directory, name
        self.path, self.key = directory / f"{name}.pem", directory / f"{name}.key"
        self._make(self.path, self.key, name, "basicConstraints=critical,CA:true",
                   "keyUsage=critical,keyCertSign")

    def vouch(self, host):
        """The path of a certificate for a host, with its key behind it."""
        path, key = (self.directory / f"{self.name}-{host}.{kind}" for kind in ("pem", "key"))
        self._make(path, key, host, f"subjectAltName=DNS:{host}", "basicConstraints=CA:false",
                   by=["-CA", self.path, "-CAkey", self.key])
        path.write_text(path.read_text() + key.read_text())
        return path

    @staticmethod
    def _make(path, key, name, *extensions, by=()):
        added = [argument for each in extensions for argument in ("-addext", each)]
        subprocess.run(["openssl", "req", "-x509", *KEY, "-keyout", key, "-out", path, "-days",
                        str(DAYS), "-subj", f"/CN={name}", *added, *by], check=True,
                       capture_output=True)
