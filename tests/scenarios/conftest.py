"""The contract that the scenarios hold every answer to."""
import os

import pytest

from lib.contract import Contract
from lib.server import Api, Server


@pytest.fixture(scope="session", autouse=True)
def contract(tmp_path_factory):
    """openapi.json as a server says it, which is asked once and not by the tests' own."""
    server = Server(tmp_path_factory.mktemp("contract")).start()
    document = server.api.get("/api/openapi.json").json()
    server.close()
    Api.contract = Contract(document, os.environ.get("ODOGRAPH_CALLS"))
    yield Api.contract
    Api.contract = None
