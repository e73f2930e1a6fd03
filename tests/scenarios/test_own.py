"""What a page asks of its own account, and of one device."""
import datetime

from lib.server import Fleet, wait_until
from lib.trackers import Gt06

CAR = "860000000000009"


def test_preferences_live_with_their_account(server):
    fleet = Fleet(server, devices=[CAR])
    api = fleet.api
    me = api.data("manage/GetMe")
    assert me["Role"] == "admin" and me["Groups"] == [] and me["Version"]
    value = {"columns": ["plate", "v"], "wide": True, "zoom": 1.50}
    api.data("manage/SetPreference", Key="table", Value=value)
    api.data("manage/SetPreference", Key="gone", Value=1)
    api.data("manage/SetPreference", Key="gone", Value=None)
    server.kill()
    server.start()
    api.address = server.http
    assert api.data("manage/GetPreference", Key="table")["Value"] == value
    assert api.data("manage/GetPreference", Key="gone")["Value"] is None
    root = server.root()
    assert root.data("manage/GetPreference", Key="table", HoldID=me["HoldID"])["Value"] is None
    assert root.data("manage/GetMe")["HoldID"] is None


def test_a_device_and_its_connection(server):
    fleet = Fleet(server, devices=[CAR])

    def told():
        return fleet.api.data("manage/GetDevice", DeviceID=CAR)

    listed = fleet.api.data("manage/ListDevices")["data"][0]
    before = told()
    assert {name: before[name] for name in listed} == listed
    assert (before["Protocol"], before["Connected"], before["PreviousDay"]) == (None, False, None)
    car = Gt06(server.device, CAR)
    car.login()
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    then = now - datetime.timedelta(days=2)
    car.report(then, 22.5, 113.9)
    car.report(now, 22.5, 113.9)
    wait_until(lambda: told()["Connected"], what="the connection is told")
    assert told()["Protocol"] == "gt06"
    wait_until(lambda: told()["PreviousDay"] == then.strftime("%Y-%m-%d"), what="the day before")
    car.close()
    wait_until(lambda: not told()["Connected"], what="its end is told")
    assert told()["Protocol"] == "gt06"
