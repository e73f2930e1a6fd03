"""The README's commands, typed as they stand, against what `./dev run` starts."""
import json
import re
import subprocess

from lib.server import BINARY, PATIENCE_S, ROOT, wait_until

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
                             ("build/odograph", BINARY)):
        script = script.replace(as_written, here)
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True,
                          text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, (script, done)
    return done.stdout


def test_the_requests_work_as_they_stand(make_server):
    server = make_server(arguments=["--demo"])
    login, add, unknown, decode, simulate = commands()
    quiet = f"{{\n{login}\n}} >/dev/null"

    def everybody():
        answer = json.loads(typed(server, login))
        assert answer["Code"] == 200, answer
        return answer["Data"]["total"] == 20 and answer["Data"]["data"]

    rows = wait_until(everybody, what="all twenty vehicles")
    assert all(row["Lat"] and row["StatusDes"] for row in rows)
    added = json.loads(typed(server, quiet, add))
    assert added["Code"] == 200, added
    listed = json.loads(typed(server, quiet, unknown))
    assert listed["Code"] == 200 and listed["Data"]["total"] == 0, listed
    assert json.loads(typed(server, decode))["type"] == "login"
    played = json.loads(typed(server, simulate).splitlines()[-1])
    assert played["acknowledged"] == played["sent"] == 1000
