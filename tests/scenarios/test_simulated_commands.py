"""Simulated devices answer commands, as trackers do."""
import subprocess

import pytest

from lib.locks import PASSWORD, guarded
from lib.server import BINARY, PATIENCE_S, Fleet, run, wait_until

ASKED = (("SendQueryStatusCommand", {}), ("SendQueryParameterCommand", {}),
         ("SendQueryICCIDCommand", {}), ("SendTextCommand", {"TextCommand": "STATUS#"}),
         ("SendTextCommand", {"TextCommand": "HELLO"}))


def drive(server, *options):
    """A device that drives on, two fixes a second, each acknowledged before the next."""
    return subprocess.Popen(
        [BINARY, "simulate", "--address", server.device, "--quiet", "--rate", "2", "--duration",
         "36000", "--window", "1", *options], stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("options", [("jt808",), ("jt808", "--udp"), ("gt06",), ("gt06", "--udp"),
                                     ("teltonika",)], ids="-".join)
def test_a_simulated_device_answers_commands(make_server, options):
    server = make_server("[commands]\ncommand_gap_s = 1\n")
    options = ("--protocol", *options)
    device, = run("simulate", "--ids", "--address", server.device, *options).stdout.split()
    fleet = Fleet(server, devices=guarded(device))

    def stored():
        return server.health()["counters"]["fixes_stored"]

    def newest():
        return fleet.api.data("manage/ListCommands")["data"][0]

    driving = drive(server, *options)
    try:
        wait_until(stored, what="a fix")
        for method, fields in ASKED:
            fleet.api.data(f"vehicle/{method}", DeviceID=device, **fields)
            row = wait_until(lambda: newest()["State"] == "answered" and newest(),
                             what=f"an answer to {method} {fields}")
            assert row["SentTime"] <= row["AnsweredTime"]
            said = row["Answer"]
        assert said == "OK"
        if options[1] == "jt808":
            fleet.api.data("vehicle/SetLockSwitch", DeviceID=device, Password=PASSWORD,
                           OpenType=0)
            wait_until(lambda: (newest()["Kind"], newest()["State"]) == ("lock", "answered"),
                       what="doors that are locked")
        before = stored()
        wait_until(lambda: stored() > before + 1, what="fixes behind the answers")
        assert driving.poll() is None
    finally:
        driving.terminate()
        driving.wait(timeout=PATIENCE_S)
    texts = [row["MsgBody"] for row in fleet.api.data("vehicle/GetDeviceMessages", DeviceID=device)
             if row["MsgType"] == "Respond"]
    assert any("GPS:" in text for text in texts), texts
