"""A running odograph: started, asked, stopped and killed by the scenarios."""
import json
import os
import pathlib
import re
import select
import signal
import subprocess
import time

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("ODOGRAPH_BIN", str(ROOT / "build" / "odograph"))
LIBRARIES = pathlib.Path(os.environ.get("ODOGRAPH_FAULTS",
                                        pathlib.Path(BINARY).parent / "tests" / "faults"))
LIGHT_HASH = LIBRARIES / "liblighthash.so"  # wherever the tests are built
ROOT_PASSWORD = "root-password"
PATIENCE_S = 300   # with a machine that is busy with something else
STOP_LIMIT_S = 90  # what the systemd unit gives the server to end


def wait_until(condition, timeout_s=PATIENCE_S, what="the condition"):
    """Asks until `condition()` is true and answers what it answered."""
    end = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"{what} did not come true in {timeout_s} s"
        select.select([], [], [], 0.01)


def counter(server, name):
    """One of the counters of /health."""
    return server.health()["counters"][name]


class Api:
    """A client of the Open REST API with one token. Every answer is held to the contract."""

    contract = None  # lib.contract.Contract, set for a whole session

    def __init__(self, address, token=None):
        self.address = address
        self.token = token
        self.session = requests.Session()

    def post(self, path, fields=None, headers=None, **options):
        """The raw HTTP response."""
        headers = {**({"Authorization": self.token} if self.token else {}), **(headers or {})}
        body = options.pop("data", None)
        if body is None:
            body = json.dumps(fields or {}).encode()
        answer = self.session.post(f"http://{self.address}{path}", data=body, headers=headers,
                                   timeout=PATIENCE_S, **options)
        if self.contract is not None:
            self.contract.check(path, answer.status_code, answer.json())
        return answer

    def call(self, method, **fields):
        """The envelope; `method` is "user/X", "vehicle/X" or "manage/X"."""
        answer = self.post(f"/api/{method}", fields)
        assert answer.status_code == 200, (method, answer.status_code, answer.text)
        envelope = answer.json()
        assert list(envelope) == ["Code", "Data", "ErrMsg"], envelope
        return envelope

    def data(self, method, **fields):
        """The Data of a call that has to succeed."""
        envelope = self.call(method, **fields)
        assert envelope["Code"] == 200, (method, fields, envelope)
        return envelope["Data"]

    def login(self, name, password):
        """A new client that is logged in."""
        token = Api(self.address).data("user/GetLoginToken", LoginName=name, PassWord=password)
        return Api(self.address, token)

    def get(self, path, **options):
        return self.session.get(f"http://{self.address}{path}", timeout=PATIENCE_S, **options)


def server_env(env):
    """What a server is started with: the root password, what the caller says, light hashes."""
    preloads = [str(LIGHT_HASH)] if LIGHT_HASH.exists() else []
    preloads += env.get("LD_PRELOAD", "").split()
    return {**os.environ, "ODOGRAPH_ROOT_PASSWORD": ROOT_PASSWORD, **env,
            "LD_PRELOAD": " ".join(preloads)}


class Server:
    """One data directory and the process that serves it, which may die and come back."""

    def __init__(self, directory, config="", env=None, arguments=()):
        self.directory = pathlib.Path(directory)
        self.data = self.directory / "data"
        self.config = self.directory / "odograph.conf"
        self.config.write_text(config)
        self.env = env or {}
        self.arguments = list(arguments)
        self.command = [BINARY, "serve"]
        self.http = self.device = "127.0.0.1:0"
        self.process = None
        self.log_path = self.directory / "server.log"
        self.api = None

    def start(self):
        """Starts it; the ports of a first start are kept for later ones."""
        command = [*self.command, "--config", str(self.config), "--data", str(self.data),
                   "--http", self.http, "--device", self.device, *self.arguments]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log,
                                            env=server_env(self.env))
        line = self._ready_line()
        addresses = dict(re.findall(r"(\w+)=(\S+)", line))
        self.http, self.device = addresses["http"], addresses["device"]
        self.api = Api(self.http)
        return self

    def _ready_line(self):
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE_S)
        line = self.process.stdout.readline().decode() if ready else ""
        assert line.startswith("ready "), f"no ready line: {line!r}\n{self.log()}"
        return line

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def root(self):
        return self.api.login("root", ROOT_PASSWORD)

    def kill(self):
        """kill -9."""
        self.process.kill()
        self.process.wait(timeout=PATIENCE_S)
        self.process.stdout.close()
        self.process = None

    def stop(self):
        """SIGTERM; the exit status has to be 0. Answers the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=PATIENCE_S)
        self.process.stdout.close()
        self.process = None
        assert status == 0, f"exit status {status}\n{self.log()}"
        return time.monotonic() - began

    def close(self):
        """Ends it however it is, and looks for what a sanitizer said."""
        if self.process is not None:
            if self.process.poll() is None:
                self.stop()
            else:
                status = self.process.returncode
                self.process.stdout.close()
                self.process = None
                raise AssertionError(f"the server died with status {status}\n{self.log()}")
        log = self.log()
        for word in ("AddressSanitizer", "ThreadSanitizer", "runtime error:", "LeakSanitizer",
                     "broken invariant"):
            assert word not in log, log

    def health(self):
        return Api(self.http).get("/health").json()

    def check(self):
        """`odograph check`: {DeviceID: its row}."""
        done = run("check", "--data", str(self.data))
        assert done.returncode == 0, done.stderr
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        return {row["DeviceID"]: row for row in rows}


def run(*arguments, **options):
    """Runs `odograph` to its end."""
    return subprocess.run([BINARY, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=4 * PATIENCE_S, check=False, **options)


def simulate(address, *options):
    """Runs `odograph simulate` and answers its last line."""
    done = run("simulate", "--address", address, "--quiet", *options)
    assert done.stdout, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def mixed_ids(devices):
    """The DeviceIDs of so many devices of mixed protocols."""
    return run("simulate", "--ids", "--protocol", "mixed", "--devices",
               str(devices)).stdout.split()


def simulated_protocols():
    """The protocols whose devices `odograph simulate` plays, as it lists them itself."""
    said = run("simulate", "--address", "127.0.0.1:9", "--protocol", "?").stderr
    names = said.split("wants ")[1].split(";")[0]
    return [name for name in names.replace(" or ", ", ").split(", ") if name != "mixed"]


class Fleet:
    """An enterprise with an administrator and devices, made over the management calls."""

    def __init__(self, server, name="Fleet One", devices=(), **enterprise):
        self.root = server.root()
        self.hold = self.root.data("manage/AddEnterprise", HoldName=name, **enterprise)["HoldID"]
        self.login_name = f"admin{self.hold}"
        self.root.data("manage/AddUser", HoldID=self.hold, LoginName=self.login_name,
                       PassWord="secret-1", Role="admin")
        self.api = server.api.login(self.login_name, "secret-1")
        self.add(devices)

    def add(self, devices):
        """Devices by DeviceID, or as the dicts of AddDevice: so many a call that a slow machine
        answers within the limit of a call."""
        rows = [d if isinstance(d, dict) else {"DeviceID": d} for d in devices]
        for at in range(0, len(rows), 1000):
            some = rows[at:at + 1000]
            added = self.api.data("manage/AddDevices", Devices=some)
            assert added == {"added": len(some), "errors": []}, added

    def user(self, role, name=None, **fields):
        """A further user, logged in."""
        name = name or f"{role}{self.hold}"
        self.root.data("manage/AddUser", HoldID=self.hold, LoginName=name, PassWord="secret-2",
                       Role=role, **fields)
        return self.api.login(name, "secret-2")

    def status(self, device_id):
        """The one row of section 8, or None."""
        rows = self.api.data("vehicle/GetCurrentVehicleInfoByDeviceIDs",
                             DeviceIDs=device_id)["data"]
        assert len(rows) <= 1
        return rows[0] if rows else None

    def history(self, device_id, start, end):
        return self.api.data("vehicle/GetHistoryVehicleInfoByDeviceID", DeviceID=device_id,
                             StartTime=start, EndTime=end)
