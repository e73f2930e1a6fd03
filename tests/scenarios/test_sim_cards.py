"""SIM cards of the inventory: sections 33 to 36 held to the document, and who owns which card."""
import datetime
import re

from lib.faults import env_of, wrong_clock
from lib.server import Fleet, Server, wait_until
from lib.shapes import TIME, hold_to
from lib.trackers import Jt808, jt808_location

UTC = datetime.timezone.utc
DEVICE = "862405517000969"
CARD = {"ICCID": "8988228055509013601", "SIM": "882285109030215", "IMSI": "901405109066932",
        "PackageName": "500M", "UsageAmount": 500, "UsageData": 452.42, "SMSAmount": 250,
        "SMSData": 250, "Actived": "2024-01-05", "EndDate": "2034-04-05"}
SPARE = {"ICCID": "8988228055513690686", "SIM": "882285118762008"}
ALWAYS = {"StartTime": "2020-01-01", "EndTime": "2100-01-01"}
DAY = r"\d{4}-\d\d-\d\d"

# The example of section 33, field by field.
DETAIL = [("SIM", str, r"\d+"), ("ICCID", str, r"\d{19}"), ("IMSI", str, r"\d+"), ("Tag", str, r""),
          ("PackageName", str, r"500M"), ("DeviceID", str, DEVICE), ("Remark", str, r""),
          ("Status", str, r"Activated|Deactivated"), ("SessionStatus", str, r"Online|Offline"),
          ("UsageAmount", float, r"500\.0"), ("UsageData", float, r"452\.42"),
          ("SMSAmount", int, r"250"), ("SMSData", int, r"250"), ("OperatorCountry", str, r""),
          ("AccessTechnology", str, r""), ("IpAddress", str, r""), ("Actived", str, DAY),
          ("EndDate", str, DAY), ("CreateDate", str, TIME), ("AsOf", type(None), "none")]
# And of section 36.
SMS = [("CreateTime", str, TIME), ("SIM", str, r"882285118762008"),
       ("ICCID", str, r"8988228055513690686"), ("Content", str, r".+"),
       ("SourceAddress", str, r"882285118762008"), ("MType", str, r"MT"),
       ("Status", str, r"Stored")]


def make_fleet(server, name="Fleet One", **enterprise):
    return Fleet(server, name, devices=[DEVICE], **enterprise)


def listed(api, **fields):
    return api.data("manage/ListSIMs", **fields)["data"]


def test_a_card_as_the_document_prints_it(server):
    fleet = make_fleet(server, TimeZone="Asia/Shanghai")
    fleet.api.data("manage/AddSIM", **CARD, DeviceID=DEVICE)
    answer = fleet.user("viewer").call("vehicle/GetSIMDetail", ICCID=CARD["ICCID"])
    assert answer["Code"] == 200 and answer["ErrMsg"] == "OK"
    hold_to(answer["Data"], DETAIL)
    assert {k: answer["Data"][k] for k in CARD} == CARD
    assert answer["Data"]["SessionStatus"] == "Offline"
    terminal = Jt808(server.device, DEVICE[-12:])
    fleet.api.data("manage/ModifySIM", ICCID=CARD["ICCID"], DeviceID="")
    fleet.add([DEVICE[-12:]])
    fleet.api.data("manage/ModifySIM", ICCID=CARD["ICCID"], DeviceID=DEVICE[-12:])
    terminal.register()
    terminal.report(jt808_location(datetime.datetime.now(UTC).replace(microsecond=0)))
    wait_until(lambda: fleet.api.data("vehicle/GetSIMDetail",
                                      ICCID=CARD["ICCID"])["SessionStatus"] == "Online",
               what="the session of a card whose device reports")
    terminal.close()


def test_status_and_sms_over_a_restart(server):
    fleet = make_fleet(server)
    added = fleet.api.data("manage/AddSIMs", SIMs=[SPARE, CARD, {"ICCID": "1", "SIM": "1"}])
    assert added["added"] == 2 and [e["index"] for e in added["errors"]] == [2]
    operator = fleet.user("operator")
    answer = operator.call("vehicle/ChangeSIMStatus", ICCID=SPARE["ICCID"], Status="Deactivate")
    assert answer == {"Code": 200, "Data": None, "ErrMsg": "OK"}
    for content in ("PARAM#", "STATUS#"):
        answer = operator.call("vehicle/SendSIMSMS", ICCID=SPARE["ICCID"], Content=content)
        assert answer == {"Code": 200, "Data": None, "ErrMsg": "OK"}
    for hazard in ("RELAY,1#", "status#; relay , 1 #", "(P43,123456)"):
        answer = operator.call("vehicle/SendSIMSMS", ICCID=SPARE["ICCID"], Content=hazard)
        assert answer == {"Code": 500, "Data": None, "ErrMsg": "Not supported by SMS"}, hazard
    before = operator.data("vehicle/GetSIMSMSList", ICCID=SPARE["ICCID"], **ALWAYS)
    assert before["Total_Records"] == 2
    assert [row["Content"] for row in before["List"]] == ["PARAM#", "STATUS#"]
    for row in before["List"]:
        hold_to(row, SMS)
    cards = listed(fleet.api)
    assert [c["Status"] for c in cards] == ["Deactivated", "Activated"]
    assert cards[0]["StatusBy"] == f"operator{fleet.hold}"
    assert re.fullmatch(TIME, cards[0]["StatusTime"])
    server.kill()
    server.start()
    assert listed(fleet.api) == cards
    assert operator.data("vehicle/GetSIMSMSList", ICCID=SPARE["ICCID"], **ALWAYS) == before
    empty = operator.data("vehicle/GetSIMSMSList", ICCID=CARD["ICCID"], **ALWAYS)
    assert empty == {"Total_Records": 0, "List": []}
    fleet.api.data("manage/DeleteSIM", ICCID=SPARE["ICCID"])
    assert len(listed(fleet.api)) == 1
    assert operator.call("vehicle/GetSIMDetail", ICCID=SPARE["ICCID"])["Code"] == 404


def test_as_many_sms_a_day_as_configured(make_server):
    server = make_server("[api]\nsms_per_day = 1\n")
    fleet = make_fleet(server)
    fleet.api.data("manage/AddSIM", **SPARE)
    codes = [fleet.api.call("vehicle/SendSIMSMS", ICCID=SPARE["ICCID"], Content="x")["Code"]
             for _ in range(2)]
    # Midnight may have been between the two.
    listed_now = fleet.api.data("vehicle/GetSIMSMSList", ICCID=SPARE["ICCID"], **ALWAYS)
    days = {row["CreateTime"][:10] for row in listed_now["List"]}
    assert codes == ([200, 500] if len(days) == 1 and listed_now["Total_Records"] == 1
                     else [200, 200])
    assert len(days) == listed_now["Total_Records"]


def test_a_card_that_is_added_again_has_had_its_share(tmp_path):
    """By its ICCID and by its phone number, in every way to write it; another number is free."""
    clock = wrong_clock(tmp_path)
    now = datetime.datetime.now(UTC)
    clock.set(int((now.replace(hour=12) - now).total_seconds()))  # no midnight on the way
    server = Server(tmp_path, "[api]\nsms_per_day = 2\n", env_of(clock)).start()
    try:
        fleet = make_fleet(server)
        phone, other = "+49 151 7654321", "+49 151 7654322"

        def send(iccid):
            return fleet.api.call("vehicle/SendSIMSMS", ICCID=iccid, Content="x")

        def add(iccid, sim):
            fleet.api.data("manage/AddSIM", ICCID=iccid, SIM=sim)

        full = {"Code": 500, "Data": None, "ErrMsg": "No more SMS to this card today"}
        add(CARD["ICCID"], phone)
        assert [send(CARD["ICCID"])["Code"] for _ in range(2)] == [200, 200]
        assert send(CARD["ICCID"]) == full
        for sim in (phone, other):
            fleet.api.data("manage/DeleteSIM", ICCID=CARD["ICCID"])
            add(CARD["ICCID"], sim)
            assert send(CARD["ICCID"]) == full
        add(SPARE["ICCID"], "0049/1517654321")
        assert send(SPARE["ICCID"]) == full
        fleet.api.data("manage/ModifySIM", ICCID=SPARE["ICCID"], SIM="49 151 99999999")
        assert [send(SPARE["ICCID"])["Code"] for _ in range(3)] == [200, 200, 500]
        clock.set(int((now.replace(hour=12) - now).total_seconds()) + 86400)
        assert send(CARD["ICCID"])["Code"] == 200
    finally:
        server.close()


def test_anothers_cards_are_like_none(server):
    one = make_fleet(server)
    two = Fleet(server, "Two")
    one.api.data("manage/AddSIM", **CARD, DeviceID=DEVICE)
    calls = [("vehicle/GetSIMDetail", {}), ("vehicle/GetSIMSMSList", ALWAYS),
             ("vehicle/ChangeSIMStatus", {"Status": "Deactivate"}),
             ("vehicle/SendSIMSMS", {"Content": "x"}), ("manage/ModifySIM", {"Tag": "stolen"}),
             ("manage/DeleteSIM", {})]
    kept = listed(one.api)
    for method, fields in calls:
        theirs = two.api.call(method, ICCID=CARD["ICCID"], **fields)
        nobodys = two.api.call(method, ICCID=SPARE["ICCID"], **fields)
        assert theirs == nobodys and theirs["Code"] == 404, (method, theirs)
    assert listed(two.api) == []
    assert listed(two.api, Key=CARD["ICCID"]) == []
    taken = two.api.call("manage/AddSIM", ICCID=CARD["ICCID"] + "F", SIM="1")
    assert (taken["Code"], taken["ErrMsg"]) == (409, "ICCID is taken")
    assert two.api.call("manage/AddSIM", **SPARE, DeviceID=DEVICE)["Code"] == 404
    assert listed(one.api) == kept
    viewer = one.user("viewer")
    assert viewer.call("vehicle/ChangeSIMStatus", ICCID=CARD["ICCID"],
                       Status="Deactivate")["Code"] == 4001
    assert listed(one.api) == kept
