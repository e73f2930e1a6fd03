"""
Links that lose packets: a test runs in a network namespace of its own, its trackers in others, at
the far end of a virtual cable that can be pulled.
"""
import ctypes
import functools
import os
import subprocess
import sys

import pytest

from lib.server import wait_until

INSIDE = "ODOGRAPH_IN_A_NETWORK_OF_ITS_OWN"
WAYS_IN = (["unshare", "--net"], ["unshare", "--user", "--map-root-user", "--net"])
PROBE = "ip link set lo up && ip link add near0 type veth peer name far0"
CLONE_NEWNET = 0x40000000


def works(command):
    try:
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              check=False).returncode == 0
    except OSError:
        return False


def in_a_network_of_its_own(test):
    """Runs a scenario by a pytest of its own inside; skips it where the kernel has no way in."""
    @functools.wraps(test)
    def outside(*arguments, **fixtures):
        if INSIDE in os.environ:
            return test(*arguments, **fixtures)
        way = next((way for way in WAYS_IN if works([*way, "sh", "-c", PROBE])), None)
        if way is None:
            pytest.skip("no network namespace with a veth can be made here (unshare, ip)")
        run = "ip link set lo up && exec \"$@\""
        node = f"{test.__code__.co_filename}::{test.__name__}"
        env = {name: value for name, value in os.environ.items() if name != "ODOGRAPH_CALLS"}
        done = subprocess.run([*way, "sh", "-c", run, "sh", sys.executable, "-m", "pytest", "-q",
                               "-p", "no:cacheprovider", "-p", "no:xdist", node],
                              env={**env, INSIDE: "1"}, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        assert done.returncode == 0, done.stdout
        return None
    return outside


def namespace_of(pid):
    return os.readlink(f"/proc/{pid}/ns/net")


def ip(*words):
    subprocess.run(["ip", *words], check=True)


class Far:
    """A namespace for trackers; theirs is 10.99.NUMBER.2, and the server is at `server`."""

    MAC = "02:00:00:00:00:02"

    def __init__(self, number):
        self.server = f"10.99.{number}.1"
        self.address = f"10.99.{number}.2"
        self.holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        pid = self.holder.pid
        wait_until(lambda: namespace_of(pid) != namespace_of("self"), what="the namespace")
        near = f"near{number}"
        ip("link", "add", near, "type", "veth", "peer", "name", "far", "address", self.MAC,
           "netns", str(pid))
        ip("addr", "add", f"{self.server}/24", "dev", near)
        ip("link", "set", near, "up")
        # Known for good: a neighbour that is looked for has packets kept for it meanwhile.
        ip("neigh", "replace", self.address, "lladdr", self.MAC, "dev", near, "nud", "permanent")
        self.ip("link", "set", "far", "up")
        self.mend()

    def ip(self, *words):
        """As ip(), over there."""
        subprocess.run(["nsenter", "--net", "--target", str(self.holder.pid), "ip", *words],
                       check=True)

    def mend(self):
        self.ip("addr", "add", f"{self.address}/24", "dev", "far")

    def lose(self):
        """From now on packets are lost, both ways: nobody has the address they are for."""
        self.ip("addr", "del", f"{self.address}/24", "dev", "far")

    def go_mute(self):
        """What is sent here arrives; what is said here, acknowledgements too, does not."""
        self.ip("route", "add", "blackhole", f"{self.server}/32")

    @staticmethod
    def _enter(pid):
        libc = ctypes.CDLL(None, use_errno=True)
        with open(f"/proc/{pid}/ns/net", "rb") as namespace:
            assert libc.setns(namespace.fileno(), CLONE_NEWNET) == 0, ctypes.get_errno()

    def connect(self, make):
        """make(), whose sockets are made over there."""
        own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            self._enter(self.holder.pid)
            return make()
        finally:
            libc = ctypes.CDLL(None, use_errno=True)
            assert libc.setns(own, CLONE_NEWNET) == 0
            os.close(own)

    def close(self):
        self.holder.kill()
        self.holder.wait()
