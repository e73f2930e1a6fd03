"""Fixtures of the scenarios: servers of their own, on ports the kernel picks."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from lib.server import Server  # noqa: E402


@pytest.fixture
def make_server(tmp_path):
    """Starts servers, each with its own directory; ends them and reads their sanitizer reports."""
    servers = []

    def make(config="", **options):
        directory = tmp_path / f"server{len(servers)}"
        directory.mkdir()
        server = Server(directory, config, **options)
        servers.append(server)
        return server.start()

    yield make
    for server in servers:
        server.close()


@pytest.fixture
def server(make_server):
    return make_server()
