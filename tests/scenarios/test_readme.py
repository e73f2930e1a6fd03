"""The README's commands, typed as they stand, against what `./dev run` starts."""
import json
import re
import socket
import subprocess

import pytest

from lib.server import BINARY, PATIENCE_S, ROOT, ROOT_PASSWORD, wait_until

pytestmark = pytest.mark.one_sanitizer

BLOCK = re.compile(r"^( *)```sh\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
OURS = re.compile(r"curl|build/odograph (decode|simulate)")


def commands():
    """The blocks of the README that ask a running demo."""
    return [body for _, body in BLOCK.findall((ROOT / "README.md").read_text())
            if OURS.search(body)]


def typed(server, *blocks):
    """What a shell prints for them, on the server's own ports."""
    script = "\n".join(blocks)
    for as_written, here in (("127.0.0.1:8080", server.http), ("127.0.0.1:9881", server.device),
                             ("build/odograph", BINARY), ('"PASSWORD"', f'"{ROOT_PASSWORD}"')):
        script = script.replace(as_written, here)
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True,
                          text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, (script, done)
    return done.stdout


def answers(text):
    """The answers of several requests, one behind the other."""
    found, at = [], 0
    while at < len(text):
        answer, at = json.JSONDecoder().raw_decode(text, at)
        found.append(answer)
    return found


def send(server, frame):
    host, port = server.device.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as tracker:
        tracker.sendall(frame)


def test_the_requests_work_as_they_stand(make_server):
    server = make_server(arguments=["--demo"])
    login, places, add, unknown, decode, simulate, enterprise = commands()
    quiet = f"{{\n{login}\n}} >/dev/null"

    def everybody():
        answer = json.loads(typed(server, login))
        assert answer["Code"] == 200, answer
        return answer["Data"]["total"] == 59 and answer["Data"]["data"]

    rows = wait_until(everybody, what="all vehicles that ever report")
    assert all(row["Lat"] and row["StatusDes"] for row in rows)
    def trips_told():
        address, trips = answers(typed(server, quiet, places))
        assert address["Code"] == trips["Code"] == 200, (address, trips)
        return trips["Data"]["data"] and (address, trips)

    address, trips = wait_until(trips_told, what="the first of the fleet's past")
    assert address["Data"].endswith("Germany"), address
    countries = ("Germany", "Liechtenstein", "Switzerland", "Austria")
    assert all(trip["StartPlace"].endswith(countries) for trip in trips["Data"]["data"]), trips
    added = json.loads(typed(server, quiet, add))
    assert added["Code"] == 200, added
    listed = json.loads(typed(server, quiet, unknown))
    assert listed["Code"] == 200 and listed["Data"]["total"] == 0, listed
    assert json.loads(typed(server, decode))["type"] == "login"
    send(server, bytes.fromhex(decode.split()[-1]))

    def heard():
        return json.loads(typed(server, quiet, unknown))["Data"]["total"] == 1

    wait_until(heard, what="the unknown tracker of the example")
    user = json.loads(typed(server, enterprise))
    assert user["Code"] == 200, user
    assert server.api.login("anna", "PASSWORD-2").data("manage/ListDevices")["total"] == 0
    played = json.loads(typed(server, simulate).splitlines()[-1])
    assert played["acknowledged"] == played["sent"] == 1000
