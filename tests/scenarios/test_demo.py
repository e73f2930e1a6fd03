"""What `./dev run` starts: a newcomer's first minutes."""
import datetime

from lib.server import Fleet, run, wait_until

UTC = datetime.timezone.utc


def test_the_demo_fleet_has_a_day_behind_it_and_drives(make_server):
    server = make_server(arguments=["--demo"])
    demo = server.api.login("demo", "demo")
    listed = demo.data("vehicle/GetDeviceList", PageIndex=1, PageSize=100)
    assert listed["total"] == 20

    def all_report():
        rows = demo.data("vehicle/GetCurrentVehicleInfo", VehiclePlates="")["data"]
        return len(rows) == 20 and rows

    wait_until(all_report, what="all twenty reporting")
    wait_until(lambda: demo.data("vehicle/GetDeviceList", PageIndex=1, PageSize=100,
                                 Status=1)["total"] >= 15, what="most of them online")
    end = datetime.datetime.now(UTC)
    start = end - datetime.timedelta(hours=25)
    seen_moving = seen_parked = 0
    for device in listed["data"]:
        def day(device_id=device["DeviceID"]):
            found = demo.data("vehicle/GetHistoryVehicleInfoByDeviceID", DeviceID=device_id,
                              StartTime=start.strftime("%Y-%m-%d %H:%M:%S"),
                              EndTime=end.strftime("%Y-%m-%d %H:%M:%S"))
            newest = found["data"][-1]["GPSTime"] if found["total"] else ""
            recent = (end - datetime.timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S")
            return found if newest > recent else None

        found = wait_until(day, what="a whole day of history")
        assert found["total"] > 100
        speeds = [r["Speed"] for r in found["data"]]
        assert max(speeds) < 100
        seen_moving += max(speeds) > 40
        seen_parked += any("ACC off" in r["StatusDes"] for r in found["data"])
    assert seen_moving >= 15 and seen_parked >= 8


def test_the_demo_stays_in_a_directory_of_its_own(make_server):
    server = make_server(arguments=["--demo"])
    Fleet(server)
    server.stop()
    server.start()  # an enterprise added to the demo's does not hinder it
    assert server.api.login("demo", "demo")
    server.stop()

    real = make_server()
    Fleet(real)
    real.stop()
    refused = run("serve", "--data", str(real.data), "--http", "127.0.0.1:0", "--device",
                  "127.0.0.1:0", "--demo")
    assert refused.returncode == 1 and f"--demo: {real.data}" in refused.stderr
    real.start()
    answer = real.api.call("user/GetLoginToken", LoginName="demo", PassWord="demo")
    assert answer["Code"] != 200
