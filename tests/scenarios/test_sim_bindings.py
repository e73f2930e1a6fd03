"""SIM cards go with the trackers that tell them; what changes or runs low is an alarm."""
import datetime
import threading

from lib.server import Fleet, wait_until
from lib.trackers import Jt808, jt808_item, jt808_location

UTC = datetime.timezone.utc
TRUCK, VAN, THIEF = "013800000001", "013800000002", "013800000003"
CARD, SPARE = "8988228055509013601", "8988228055513690686"
ICCID_ITEM = 0x71
CHANGED, LOW_DATA, LOW_SMS, EXPIRY = \
    "SIM changed alarm", "Low data alarm", "Low SMS alarm", "SIM expiry alarm"


def report(terminal, iccid, seconds=0):
    """A location that tells the card, so many seconds from now."""
    time = datetime.datetime.now(UTC).replace(microsecond=0) + datetime.timedelta(seconds=seconds)
    terminal.report(jt808_location(time, items=jt808_item(ICCID_ITEM, iccid.encode())))


def tracker(server, device_id):
    terminal = Jt808(server.device, device_id)
    terminal.register()
    return terminal


def holders(api):
    return {card["ICCID"]: card["DeviceID"] for card in api.data("manage/ListSIMs")["data"]}


def alarms(api, kind):
    """DeviceID and card of each alarm of the type."""
    return [(row["DeviceID"], row["Detail"])
            for row in api.data("manage/ListAlarms", AlarmType=kind)["data"]]


def test_a_card_turns_up_in_another_tracker(server):
    fleet = Fleet(server, devices=[TRUCK, VAN])
    fleet.api.data("manage/AddSIMs", SIMs=[{"ICCID": CARD, "SIM": "882"},
                                           {"ICCID": SPARE, "SIM": "883"}])
    truck, van = tracker(server, TRUCK), tracker(server, VAN)
    report(truck, CARD + "f")
    assert holders(fleet.api) == {CARD: TRUCK, SPARE: ""}
    viewer = fleet.user("viewer")
    assert viewer.data("vehicle/GetSIMDetail", ICCID=CARD)["DeviceID"] == TRUCK
    assert fleet.api.data("manage/GetDevice", DeviceID=TRUCK)["ICCIDs"] == [CARD]
    assert alarms(fleet.api, CHANGED) == []
    report(van, CARD, 1)
    assert holders(fleet.api) == {CARD: VAN, SPARE: ""}
    report(van, SPARE, 2)
    assert holders(fleet.api) == {CARD: VAN, SPARE: VAN}
    assert alarms(fleet.api, CHANGED) == [(VAN, CARD), (VAN, SPARE)]
    current = fleet.api.data("vehicle/GetCurrentAlarmInfo", DeviceID="")["data"]
    assert [(row["DeviceID"], row["AlarmType"]) for row in current] == [(VAN, CHANGED)]
    status = fleet.status(VAN)
    assert status["IsAlarm"] == 1 and CHANGED in status["StatusDes"].split(",")
    before = fleet.api.data("manage/ListAlarms", AlarmType=CHANGED)
    server.kill()
    server.start()
    assert holders(fleet.api) == {CARD: VAN, SPARE: VAN}
    assert fleet.api.data("manage/ListAlarms", AlarmType=CHANGED) == before
    assert fleet.status(VAN)["IsAlarm"] == 1


def test_cards_of_others_are_bound_to_nobody(server):
    one = Fleet(server, "One", devices=[TRUCK])
    two = Fleet(server, "Two", devices=[THIEF])
    one.api.data("manage/AddSIM", ICCID=CARD, SIM="882", DeviceID=TRUCK)
    kept = one.api.data("manage/ListSIMs")
    thief = tracker(server, THIEF)
    report(thief, CARD)
    assert one.api.data("manage/ListSIMs") == kept
    assert two.api.data("manage/ListSIMs")["total"] == 0
    assert two.api.data("manage/ListAlarms")["total"] == 0
    assert one.api.data("manage/ListAlarms")["total"] == 0
    # The card is a stranger's to the tracker of the other enterprise, known or not.
    report(thief, SPARE, 1)
    assert alarms(two.api, CHANGED) == [(THIEF, SPARE)]
    assert two.api.call("vehicle/GetSIMDetail", ICCID=CARD) == \
        two.api.call("vehicle/GetSIMDetail", ICCID=SPARE)


def test_two_trackers_that_tell_one_card_at_once(server):
    fleet = Fleet(server, devices=[TRUCK, VAN])
    fleet.api.data("manage/AddSIM", ICCID=CARD, SIM="882")
    terminals = [tracker(server, TRUCK), tracker(server, VAN)]

    def tell(terminal, first):
        for i in range(20):
            report(terminal, CARD, first + 2 * i)

    threads = [threading.Thread(target=tell, args=(t, i)) for i, t in enumerate(terminals)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    report(terminals[0], CARD, 100)
    assert holders(fleet.api) == {CARD: TRUCK}
    assert fleet.api.data("manage/GetDevice", DeviceID=VAN)["ICCIDs"] == []
    rows = fleet.api.data("manage/ListAlarms", AlarmType=CHANGED)["data"]
    assert {row["DeviceID"] for row in rows} <= {TRUCK, VAN}
    assert len(rows) <= 2  # a copied card is one record a tracker, however often it is told


def test_quotas_are_alarms_by_rule_once_a_crossing(server):
    fleet = Fleet(server, devices=[TRUCK])
    soon = (datetime.datetime.now(UTC) + datetime.timedelta(days=10)).strftime("%Y-%m-%d")
    fleet.api.data("manage/AddSIM", ICCID=CARD, SIM="882", DeviceID=TRUCK, UsageAmount=500,
                   UsageData=120, SMSAmount=250, SMSData=20, EndDate=soon)
    fleet.api.data("manage/SetAlarmRules", Scope="enterprise", LowDataPercent=20, LowSMS=10,
                   SIMExpiryDays=30)
    effective = fleet.api.data("manage/GetAlarmRules", Scope="device", ID=TRUCK, Effective=True)
    assert (effective["LowDataPercent"], effective["LowSMS"], effective["SIMExpiryDays"]) == \
        (20, 10, 30)
    assert effective["Sources"]["LowSMS"] == "enterprise"
    wait_until(lambda: alarms(fleet.api, EXPIRY) == [(TRUCK, CARD)], what="the end date is near")
    assert alarms(fleet.api, LOW_DATA) == alarms(fleet.api, LOW_SMS) == []
    fleet.api.data("manage/ModifySIM", ICCID=CARD, UsageData=99.99, SMSData=9)
    wait_until(lambda: alarms(fleet.api, LOW_DATA) == alarms(fleet.api, LOW_SMS) ==
               [(TRUCK, CARD)], what="data and SMS are low")
    before = fleet.api.data("manage/ListAlarms")
    assert before["total"] == 3
    server.kill()
    server.start()
    fleet.api.data("manage/ModifySIM", ICCID=CARD, UsageData=50, SMSData=0)
    fleet.api.data("manage/SetAlarmRules", Scope="device", ID=TRUCK, SIMExpiryDays=None)
    wait_until(lambda: fleet.api.data("manage/ListAlarms", Open=True, AlarmType=EXPIRY)["total"]
               == 0, what="the rule is off")
    rows = fleet.api.data("manage/ListAlarms")["data"]
    assert [row["AlarmID"] for row in rows] == [row["AlarmID"] for row in before["data"]]
    fleet.api.data("manage/ModifySIM", ICCID=CARD, UsageData=400)
    wait_until(lambda: fleet.api.data("manage/ListAlarms", Open=True)["total"] == 1,
               what="there is data again")
    assert alarms(fleet.api, LOW_SMS) == [(TRUCK, CARD)]
    for fields in ({"LowDataPercent": 0}, {"LowDataPercent": 101}, {"LowSMS": 0},
                   {"SIMExpiryDays": 4000}):
        answer = fleet.api.call("manage/SetAlarmRules", Scope="enterprise", **fields)
        assert answer["Code"] == 500 and answer["ErrMsg"].startswith(next(iter(fields))), answer
