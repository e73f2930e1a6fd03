"""MoveDevice between enterprises of a tree: what goes along, what stays, what ends."""
import datetime
import threading

import pytest
import requests

from lib.server import Api, Fleet, Server, wait_until
from lib.trackers import Jt808, jt808_location

TRUCK = "013800000001"
FORM = "%Y-%m-%d %H:%M:%S"
NOWHERE = {"Code": 404, "Data": None, "ErrMsg": "This enterprise does not exist"}
NO_DEVICE = {"Code": 404, "Data": None, "ErrMsg": "This device does not exist"}
KILL_ROUNDS = 4


def now():
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


def seconds(count):
    return datetime.timedelta(seconds=count)


class Tree:
    """An enterprise and two below it, each with an administrator."""

    def __init__(self, server):
        self.top = Fleet(server, "Top", CanSubdivide=True)
        self.hold, self.api = {"top": self.top.hold}, {"top": self.top.api}
        for name in ("left", "right"):
            hold = self.top.api.data("manage/AddEnterprise", HoldName=name)["HoldID"]
            login = f"{name}{hold}"
            self.top.api.data("manage/AddUser", HoldID=hold, LoginName=login,
                              PassWord="secret-1", Role="admin")
            self.hold[name], self.api[name] = hold, server.api.login(login, "secret-1")

    def move(self, to, keeps, who="top", device=TRUCK):
        return self.api[who].call("manage/MoveDevice", DeviceID=device, HoldID=self.hold[to],
                                  KeepHistory=keeps)

    def moved(self, *args, **options):
        answer = self.move(*args, **options)
        assert answer["Code"] == 200, answer

    def devices(self, who):
        return [row["DeviceID"] for row in self.api[who].data("manage/ListDevices")["data"]]

    def places(self):
        return [who for who in self.api if self.devices(who)]

    def times(self, who, method="vehicle/GetHistoryVehicleInfoByDeviceID", **name):
        """The GPS times of a history around now, or the Code that is answered in its place."""
        span = {"StartTime": (now() - seconds(7200)).strftime(FORM),
                "EndTime": (now() + seconds(600)).strftime(FORM)}
        answer = self.api[who].call(method, **(name or {"DeviceID": TRUCK}), **span)
        return [row["GPSTime"] for row in answer["Data"]["data"]] if answer["Code"] == 200 \
            else answer["Code"]


def told(*times):
    return [time.strftime(FORM) for time in times]


def report(truck, time, lat):
    truck.report(jt808_location(time, lat=lat, lon=13.4))


@pytest.fixture
def tree(server):
    return Tree(server)


def test_with_its_history(tree, server):
    top = tree.api["top"]
    north = top.data("manage/AddGroup", GroupName="north")["GroupID"]
    tree.top.add([{"DeviceID": TRUCK, "VehiclePlate": "B 1", "GroupID": north}])
    top.data("manage/SetFocus", DeviceID=TRUCK, Focus=True)
    top.data("manage/SetAlarmRules", Scope="device", ID=TRUCK, OverspeedKmh=50)
    top.data("manage/AddSIM", ICCID="8988228055509013601", SIM="882285109030215",
             DeviceID=TRUCK)
    fence = top.data("manage/AddGeofence", RegionName="yard", Shape="circle",
                     Points=[[13.4, 52.5]], Radius=100, DeviceIDs=TRUCK)["PolygonID"]
    truck = Jt808(server.device, TRUCK)
    truck.register()
    first = now() - seconds(600)
    report(truck, first, 52.5)
    truck.close()
    wait_until(lambda: not top.data("manage/GetDevice", DeviceID=TRUCK)["Connected"],
               what="the link's end is told")
    top.data("vehicle/SendTextCommand", DeviceID=TRUCK, TextCommand="hello")
    assert tree.move("top", True, who="left") == NO_DEVICE
    tree.moved("left", True)
    tree.moved("left", True)  # once more, as who missed the answer does
    assert tree.move("top", True, who="left") == tree.move("right", True, who="left") == NOWHERE
    assert tree.places() == ["left"]
    assert tree.times("top") == 4002
    assert tree.times("left") == told(first)
    left = tree.api["left"].data("manage/GetDevice", DeviceID=TRUCK)
    assert (left["VehiclePlate"], left["GroupID"]) == ("B 1", 0)
    command = tree.api["left"].data("manage/ListCommands")["data"][0]
    assert command["State"] == "cancelled"
    assert top.data("manage/ListSIMs")["data"][0]["DeviceID"] in ("", None)
    assert top.data("manage/ListGeofences")["data"][0]["DeviceIDs"] == []
    assert tree.api["left"].data("manage/GetAlarmRules", Scope="device",
                                 ID=TRUCK).get("OverspeedKmh") is None
    for who in ("top", "left"):
        row = tree.api[who].data("manage/ListAudit", Key="MoveDevice")["data"][-1]
        assert (row["Action"], row["Object"]) == ("MoveDevice", f"device {TRUCK}")
        assert "KeepHistory: true" in row["Detail"]
        assert f"HoldID: {tree.hold['left']}" in row["Detail"]  # which both may see
    truck = Jt808(server.device, TRUCK)
    truck.register()
    report(truck, first + seconds(60), 52.51)  # late: it was the other's then, and goes along
    wait_until(lambda: len(tree.times("left")) == 2, what="the late report")
    server.kill()
    server.start()
    assert tree.places() == ["left"]
    tree.moved("top", True)
    listed = top.data("manage/ListGeofences")["data"][0]
    assert (listed["PolygonID"], listed["DeviceIDs"], listed["AppliesTo"]) == (fence, [], "none")
    assert top.data("manage/GetAlarmRules", Scope="device", ID=TRUCK).get("OverspeedKmh") is None
    rows = top.data("vehicle/GetDeviceList", PageIndex=1, PageSize=10)["data"]
    assert [row["isFocus"] for row in rows] == [False]
    assert len(tree.times("top")) == 2


def test_without_its_history(tree, server):
    """Each enterprise reads its own times, also where reports come late, after a kill, and when
    the device comes back."""
    tree.top.add([{"DeviceID": TRUCK, "VehiclePlate": "B 1"}])
    truck = Jt808(server.device, TRUCK)
    truck.register()
    start = now()
    old = [start - seconds(600), start - seconds(300)]
    report(truck, old[0], 52.5)
    tree.moved("left", False)
    report(truck, old[1], 52.51)  # of before the move
    new = [now() + seconds(5), now() + seconds(35)]
    report(truck, new[0], 52.52)

    def check(top, left):
        assert tree.times("top") == told(*top)
        assert tree.times("top", "vehicle/GetHistoryVehicleInfo", NumberPlateLists="b 1") == \
            told(*top)
        assert len(tree.times("top", "vehicle/GetVehicleTrace", DeviceID=TRUCK,
                              ContainZeroSpeed=True)) == len(top)
        assert tree.times("left") == told(*left)

    check(old, new[:1])
    assert tree.places() == ["left"]
    top = tree.api["top"]
    kilometres = top.call("vehicle/GetMileageByDeviceID", DeviceID=TRUCK,
                          StartTime=told(old[0])[0], EndTime=told(new[1])[0])
    assert (kilometres["Code"], kilometres["Data"]) == (200, "1.1")
    for method in ("manage/GetDevice", "vehicle/GetVehicleLocationByDeviceID",
                   "manage/DeleteDevice"):
        assert top.call(method, DeviceID=TRUCK) == NO_DEVICE, method
    assert top.data("vehicle/ModifyAssetName", DeviceID=TRUCK, AssetName="x") == "2"
    assert tree.times("right") == 4002
    server.kill()
    server.start()
    truck = Jt808(server.device, TRUCK)
    truck.register()
    check(old, new[:1])
    assert tree.move("top", True)["Code"] == 409  # it would hide what stayed there
    check(old, new[:1])
    tree.moved("top", False)
    row = tree.api["left"].data("manage/ListAudit", Key="MoveDevice")["data"][0]
    assert row["Detail"] == f"DeviceID: {TRUCK}, KeepHistory: false"  # and not where it went
    again = now() + seconds(65)
    report(truck, again, 52.53)
    wait_until(lambda: len(tree.times("top")) == 3, what="the report after the return")
    check([*old, again], new[:1])
    assert tree.places() == ["top"]


def test_what_is_taken_or_full(tree, server):
    top = tree.api["top"]
    tree.top.add([{"DeviceID": TRUCK, "VehiclePlate": "B 1"}, {"DeviceID": "2"}])
    left = tree.api["left"]
    left.data("manage/AddDevice", DeviceID="3", VehiclePlate="b 1")
    answer = tree.move("left", False)
    assert (answer["Code"], answer["ErrMsg"]) == (409, "VehiclePlate is taken")
    top.data("manage/ModifyEnterprise", HoldID=tree.hold["left"], MaxDevices=1)
    answer = tree.move("left", True, device="2")
    assert (answer["Code"], answer["ErrMsg"]) == (403, "MaxDevices is reached")
    stranger = Fleet(server, "Elsewhere")
    for call in (tree.top.api, stranger.api):
        assert call.call("manage/MoveDevice", DeviceID="2", HoldID=999999,
                         KeepHistory=True)["Code"] == 404
    answer = tree.top.root.call("manage/MoveDevice", DeviceID="2", HoldID=stranger.hold,
                                KeepHistory=True)
    assert (answer["Code"], answer["ErrMsg"]) == (500, "HoldID: is in another tree")
    for role in ("operator", "viewer"):
        answer = tree.top.user(role).call("manage/MoveDevice", DeviceID="2",
                                          HoldID=tree.hold["right"], KeepHistory=True)
        assert answer["Code"] == 403
    assert tree.devices("top") == [TRUCK, "2"]
    tree.top.root.data("manage/MoveDevice", DeviceID="2", HoldID=tree.hold["right"],
                       KeepHistory=True)
    assert tree.devices("right") == ["2"]


@pytest.mark.kills
def test_kills_leave_it_in_one_place(tmp_path):
    """The process dies while a device goes to and fro, with its history and without."""
    server = Server(tmp_path).start()
    try:
        tree = Tree(server)
        tree.top.add([{"DeviceID": TRUCK, "VehiclePlate": "B 1"}])
        truck = Jt808(server.device, TRUCK)
        truck.register()
        report(truck, now() - seconds(600), 52.5)
        for number in range(KILL_ROUNDS):
            mover = Api(server.http, tree.api["top"].token)
            moves = []

            def go():
                try:
                    for serial in range(1000):
                        to = ("left", "right", "top")[serial % 3]
                        answer = mover.call("manage/MoveDevice", DeviceID=TRUCK,
                                            HoldID=tree.hold[to], KeepHistory=serial % 2 == 0)
                        assert answer["Code"] in (200, 409)  # 409: a history is there
                        moves.append(to)
                except requests.ConnectionError:
                    pass

            thread = threading.Thread(target=go)
            thread.start()
            wait_until(lambda: len(moves) > 3 + 5 * number, what="some moves")
            server.kill()
            thread.join()
            server.start()
            assert len(tree.places()) == 1, (number, moves)
            found = [tree.times(who) for who in tree.api]
            assert sum(len(times) for times in found if times != 4002) <= 1
        server.stop()
    finally:
        server.close()
