"""SMS from cards and commands by SMS, through the stand-in of an operator and of a gateway."""
import datetime
import json

import pytest

from lib.providers import Provider
from lib.server import PATIENCE_S, Fleet, wait_until
from lib.sim_operator import PASSWORD, USER, Operator
from lib.trackers import Jt808, jt808_location

UTC = datetime.timezone.utc
TRUCK = "013800000001"
IMEI = "862405517000969"
ICCID = "8988228055509013601"
SECRET = "00112233445566778899aabbccddeeff"
ALWAYS = {"StartTime": "2020-01-01", "EndTime": "2100-01-01"}
FINE = {"Code": 200, "Data": None, "ErrMsg": "OK"}
NOT_BY_SMS = {"Code": 500, "Data": None, "ErrMsg": "Not supported by SMS"}

OPERATOR = f"""[sim.main]
type = 1nce
url = {{url}}
enterprise = shared
user = {USER}
password = {PASSWORD}
hook_secret = {SECRET}
poll_s = 86400
"""
GATEWAY = """[sim.gateway]
type = sms-gateway
url = {url}
enterprise = shared
send = POST /sms
send_body = {{"to": "{{sim}}", "text": "{{text}}"}}
send_type = json
send_id = id
"""


def sms_of(api):
    rows = api.data("vehicle/GetSIMSMSList", ICCID=ICCID, **ALWAYS)["List"]
    return [(row["Content"], row["MType"], row["Status"]) for row in rows]


def texts_of(api):
    rows = api.data("vehicle/GetDeviceMessages", DeviceID=TRUCK)
    return [(row["MsgBody"], row["MsgType"]) for row in rows]


@pytest.fixture
def operator():
    with Operator() as o:
        o.add(ICCID)
        yield o


class Shop:
    """An enterprise with a Coban on the road, and its card of the operator."""

    def __init__(self, make_server, operator):
        self.operator = operator
        self.server = make_server(OPERATOR.format(url=operator.url))
        self.fleet = Fleet(self.server, devices=[
            {"DeviceID": TRUCK, "Model": "GPS105", "Password": "886644"}])
        self.fleet.root.data("manage/AddSIM", HoldID=self.fleet.hold, ICCID=ICCID, SIM="1",
                             Provider="main", DeviceID=TRUCK)

    def receive(self, text, **fields):
        self.operator.receive(ICCID, text, **fields)
        self.hook()

    def hook(self):
        answer = self.server.api.session.post(
            f"http://{self.server.http}/hooks/sms/main/{SECRET}", timeout=PATIENCE_S,
            json={"id": 1, "endpoint": {"id": 55, "name": ICCID}})
        assert answer.status_code == 200


def test_an_sms_is_a_record_and_a_place(make_server, operator):
    shop = Shop(make_server, operator)
    api = shop.fleet.api
    truck = Jt808(shop.server.device, TRUCK)
    truck.register()
    now = datetime.datetime.now(UTC).replace(microsecond=0)
    truck.report(jt808_location(now - datetime.timedelta(minutes=5), lat=52.5, lon=13.4))
    then = now - datetime.timedelta(minutes=1) + datetime.timedelta(hours=8)  # as its clock
    text = f"lat:48.105 long:11.5 speed:30.0 T:{then:%y/%m/%d %H:%M} pass:886644"
    shop.receive(text)
    masked = text.replace("886644", "******")
    assert sms_of(api) == [(masked, "MO", "Reply")]
    assert texts_of(api) == [(masked, "Respond")]
    status = shop.fleet.status(TRUCK)
    assert (status["Lat"], status["Lon"]) == (48.105, 11.5)
    shop.hook()
    assert len(sms_of(api)) == len(texts_of(api)) == 1, "a hook that comes again"
    shop.receive("second half", udh="050003070202")
    assert len(sms_of(api)) == 1, "a part waits for the others"
    shop.server.kill()
    shop.server.start()
    shop.receive("first half, ", udh="050003070201")
    assert sms_of(api)[1:] == [("first half, second half", "MO", "Reply")]
    assert texts_of(api)[0] == ("first half, second half", "Respond")


def test_a_command_by_sms_where_the_device_is_away(make_server):
    with Provider(lambda _: (200, {"id": 5})) as gateway:
        server = make_server(GATEWAY.format(url=gateway.url))
        fleet = Fleet(server, devices=[
            {"DeviceID": TRUCK, "Model": "VL103", "Password": "886644"},
            {"DeviceID": "2", "Model": "unheard of"}])
        fleet.api.data("manage/AddSIM", ICCID=ICCID, SIM="+49151", DeviceID=TRUCK, SMSAmount=10,
                       SMSData=5)
        fleet.api.data("manage/SetAlarmRules", Scope="device", ID=TRUCK, LowSMS=5)
        user = fleet.user("operator")

        def by_sms(method, device=TRUCK, **fields):
            return user.call(f"vehicle/{method}", DeviceID=device, BySMS=True, **fields)

        for method, fields in (("SendTextCommand", {"TextCommand": "RELAY,1#"}),
                               ("SendTextCommand", {"TextCommand": "relay , 1 #"}),
                               ("SendHighLevelCommand", {"TextCommand": "cut"}),
                               ("SendHighLevelCommand", {"TextCommand": "hex:8300"}),
                               ("SendTextCommand", {"TextCommand": "OPEN 886644"})):
            assert by_sms(method, **fields) == NOT_BY_SMS, fields
        assert by_sms("SendTextCommand", "2", TextCommand="STATUS#") == NOT_BY_SMS
        assert fleet.user("viewer").call("vehicle/SendQueryStatusCommand", DeviceID=TRUCK,
                                         BySMS=True)["Code"] == 4001
        assert gateway.requests == [] and texts_of(fleet.api) == []
        assert by_sms("SendQueryStatusCommand") == FINE
        wait_until(lambda: gateway.requests, what="the SMS at the gateway")
        assert json.loads(gateway.requests[0][3]) == {"to": "+49151", "text": "STATUS#"}
        assert texts_of(fleet.api) == [("STATUS#", "Send")]
        assert fleet.api.data("vehicle/GetSIMDetail", ICCID=ICCID)["SMSData"] == 4
        wait_until(lambda: fleet.api.data("manage/ListAlarms", AlarmType="Low SMS alarm")["total"]
                   == 1, what="that few SMS are left")
        listed = fleet.api.data("manage/ListCommands", DeviceIDs=TRUCK)["data"]
        assert [(row["Kind"], row["State"]) for row in listed] == [("query", "sent")]
        # Over its link where it has one.
        truck = Jt808(server.device, TRUCK)
        truck.register()
        truck.report(jt808_location(datetime.datetime.now(UTC).replace(microsecond=0)))
        assert by_sms("SendTextCommand", TextCommand="PARAM#") == FINE
        while truck.read_frame()[0] != 0x8300:
            pass
        assert len(gateway.requests) == 1
        # A card that is cut off takes none.
        truck.close()
        fleet.api.data("vehicle/ChangeSIMStatus", ICCID=ICCID, Status="Deactivate")
        wait_until(lambda: not fleet.api.data("manage/GetDevice", DeviceID=TRUCK)["Connected"],
                   what="that it went away")
        assert by_sms("SendTextCommand", TextCommand="PARAM#") == NOT_BY_SMS


def test_an_operator_says_in_which_tracker_a_card_is(make_server, operator):
    shop = Shop(make_server, operator)
    api = shop.fleet.api
    shop.fleet.add([IMEI])
    operator.cards[ICCID]["imei"] = IMEI[:14] + "01"
    api.data("vehicle/GetSIMDetail", ICCID=ICCID)
    wait_until(lambda: api.data("manage/GetDevice", DeviceID=IMEI)["ICCIDs"] == [ICCID],
               what="that the card is where its operator sees it")
    assert api.data("manage/GetDevice", DeviceID=TRUCK)["ICCIDs"] == []
    rows = api.data("manage/ListAlarms", AlarmType="SIM changed alarm")["data"]
    assert [(row["DeviceID"], row["Detail"]) for row in rows] == [(IMEI, ICCID)]
