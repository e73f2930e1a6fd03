"""Cards that an operator runs: what it says, what it is told, and how it fails."""
import datetime
import json
import pathlib
import re
import sqlite3
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import pytest

from lib.providers import Provider
from lib.server import PATIENCE_S, Fleet, run, wait_until
from lib.shapes import TIME, hold_to
from lib.sim_operator import PASSWORD, USER, Operator, iso

ICCID = "8988228055509013601"
OTHER = "8988228055513690686"
SECRET = "00112233445566778899aabbccddeeff"
SILENT = {"Code": 500, "Data": None, "ErrMsg": "SIM operator does not answer"}
FINE = {"Code": 200, "Data": None, "ErrMsg": "OK"}
ALWAYS = {"StartTime": "2020-01-01", "EndTime": "2100-01-01"}
DAY = r"\d{4}-\d\d-\d\d"

# The example of section 33, field by field, and ours behind it.
DETAIL = [("SIM", str, r"882285109030215"), ("ICCID", str, ICCID),
          ("IMSI", str, r"901405109066932"), ("Tag", str, r"DX-137"),
          ("PackageName", str, r""), ("DeviceID", str, r""),
          ("Remark", str, r""), ("Status", str, r"Activated"), ("SessionStatus", str, r"Online"),
          ("UsageAmount", float, r"500\.0"), ("UsageData", float, r"452\.41"),
          ("SMSAmount", int, r"250"), ("SMSData", int, r"249"),
          ("OperatorCountry", str, r"Alfa Telecom/Kyrgyzstan"), ("AccessTechnology", str, r"4G"),
          ("IpAddress", str, r"100\.107\.170\.217"), ("Actived", str, r"2024-01-05"),
          ("EndDate", str, r"2034-04-05"), ("CreateDate", str, TIME), ("AsOf", str, TIME)]


@pytest.fixture
def operator():
    with Operator() as o:
        o.add(ICCID)
        yield o


def account(o, tmp_path, **keys):
    """The section of an account with it; its secrets stand in files."""
    files = {"password": PASSWORD, "hook_secret": SECRET}
    for name, text in files.items():
        (tmp_path / name).write_text(text + "\n")
    rows = {"type": "1nce", "url": o.url, "enterprise": "shared", "user": USER, "poll_s": 86400,
            **{f"{name}_file": tmp_path / name for name in files}, **keys}
    return "[sim.main]\n" + "".join(f"{k} = {v}\n" for k, v in rows.items() if v is not None)


class Cards:
    """A server with an account, and an enterprise with a card of it."""

    def __init__(self, make_server, operator, tmp_path, **keys):
        self.server = make_server(account(operator, tmp_path, **keys))
        self.operator = operator
        # The list of all cards is read at the start: faults are for what comes later.
        wait_until(self.has_begun, what="the first reading of the list")
        self.fleet = Fleet(self.server)
        self.fleet.root.data("manage/AddSIM", HoldID=self.fleet.hold, ICCID=ICCID, SIM="1",
                             Provider="main")
        self.user = self.fleet.user("operator")

    def has_begun(self):
        figures = next(p for p in self.server.health()["providers"] if p["name"] == "main")
        has_list = self.operator.of("GET", "/v2/sims") > 0 and figures["requests"] > 1
        return (has_list or figures["failed"] > 0) and figures["in_flight"] == 0

    def detail(self, iccid=ICCID):
        return self.user.data("vehicle/GetSIMDetail", ICCID=iccid)

    def set(self, status):
        return self.user.call("vehicle/ChangeSIMStatus", ICCID=ICCID, Status=status)

    def send(self, content):
        return self.user.call("vehicle/SendSIMSMS", ICCID=ICCID, Content=content)

    def sms(self):
        return self.user.data("vehicle/GetSIMSMSList", ICCID=ICCID, **ALWAYS)["List"]

    def states(self):
        return [(row["Content"], row["Status"]) for row in self.sms()]

    def await_states(self, wanted):
        """Until the SMS are so; the operator's hook has them read at once."""
        wait_until(lambda: self.hook(verb="PATCH").status_code and self.states() == wanted,
                   what=f"the SMS {wanted}")

    def hook(self, secret=SECRET, account="main", verb="POST", **options):
        options.setdefault("json", {"id": 1, "endpoint": {"id": 55, "name": ICCID}})
        return self.server.api.session.request(
            verb, f"http://{self.server.http}/hooks/sms/{account}/{secret}", timeout=PATIENCE_S,
            **options)


@pytest.fixture
def cards(make_server, operator, tmp_path):
    return Cards(make_server, operator, tmp_path)


def test_a_card_as_its_operator_says(cards, operator):
    hold_to(cards.detail(), DETAIL)
    asked = len(operator.calls)
    operator.cards[ICCID]["status"] = "Disabled"
    assert cards.detail()["Status"] == "Activated"  # of the same minute
    assert len(operator.calls) == asked
    operator.faults = [("GET", ICCID, "failing")] * 9
    before = cards.detail()
    assert cards.server.root().data("manage/ListSIMs", HoldID=cards.fleet.hold)["data"][0][
        "Provider"] == "main"
    cards.server.kill()
    cards.server.start()
    assert cards.detail() == before, "the last known state, with its age, over a restart"


def test_the_status_of_a_card_is_set_and_read_back(cards, operator):
    assert cards.set("Deactivate") == FINE
    card = operator.cards[ICCID]
    assert (card["status"], card["label"], card["imei_lock"]) == ("Disabled", "DX-137", True)
    assert cards.fleet.api.data("manage/ListSIMs")["data"][0]["Status"] == "Deactivated"
    rows = cards.fleet.api.data("manage/ListAudit")["data"]
    told = [(r["LoginName"], r["Object"]) for r in rows if r["Action"] == "ChangeSIMStatus"]
    assert told == [(f"operator{cards.fleet.hold}", f"SIM card {ICCID}")]
    assert cards.fleet.user("viewer").call("vehicle/ChangeSIMStatus", ICCID=ICCID,
                                           Status="Activate")["Code"] == 4001
    assert operator.of("PUT", ICCID) == 1


@pytest.mark.parametrize("faults", [
    [("GET", ICCID, "failing")], [("GET", ICCID, "garbled")], [("GET", ICCID, "empty")],
    [("GET", ICCID, "cut")], [("GET", ICCID, "wrong")], [("GET", ICCID, "huge")],
    [("GET", ICCID, 404)], [("PUT", ICCID, 409)], [("PUT", ICCID, "failing")]])
def test_a_status_that_is_not_read_back_is_not_set(cards, operator, faults):
    operator.faults = list(faults)
    assert cards.set("Deactivate") == SILENT
    assert operator.cards[ICCID]["status"] == "Enabled"
    assert operator.of("PUT", ICCID) <= 1
    assert cards.fleet.api.data("manage/ListSIMs")["data"][0]["Status"] == "Activated"
    assert cards.set("Deactivate") == FINE  # once the operator is well again


def test_a_status_that_the_operator_does_not_take_over(cards, operator):
    operator.ignores_changes = True
    assert cards.set("Deactivate") == SILENT
    assert operator.of("PUT", ICCID) == 1, "it is set once, and read back some times"
    assert cards.fleet.api.data("manage/ListSIMs")["data"][0]["Status"] == "Activated"


def test_tokens_that_end_and_requests_that_come_too_fast(cards, operator):
    cards.detail()
    operator.tokens.clear()
    assert cards.set("Deactivate") == FINE
    operator.faults = [("GET", ICCID, 429), ("PUT", ICCID, 429)]
    assert cards.set("Activate") == FINE
    assert operator.of("POST", "/oauth/token") == 2
    spans = [b - a for a, b in zip(operator.begun, operator.begun[10:])]
    assert all(span > 0.9 for span in spans), "ten a second at most"


def test_a_token_for_ever_is_one_for_a_while(cards, operator):
    operator.told_token_s = 10**18 - 1
    operator.tokens.clear()
    assert cards.set("Deactivate") == FINE
    assert cards.set("Activate") == FINE
    assert operator.of("POST", "/oauth/token") == 2


def test_a_password_that_is_refused_is_tried_once(make_server, operator, tmp_path):
    (tmp_path / "wrong").write_text("wrong")
    cards = Cards(make_server, operator, tmp_path, password_file=tmp_path / "wrong")
    for _ in range(3):
        assert cards.set("Deactivate") == SILENT
    assert operator.of("POST", "/oauth/token") == 1
    assert cards.detail()["AsOf"] is None
    assert "sim_account_refused" in cards.server.log()
    assert "wrong" not in cards.server.log() and SECRET not in cards.server.log()


def test_a_slow_operator_holds_no_thread(cards, operator):
    operator.faults = [("GET", ICCID, "slow")] * 99
    waiting = [cards.server.api.login(f"operator{cards.fleet.hold}", "secret-2")
               for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(a.call, "vehicle/ChangeSIMStatus", ICCID=ICCID, Status="Deactivate")
                 for a in waiting]
        wait_until(lambda: operator.of("GET", ICCID) > 0, what="the operator is asked")
        for _ in range(20):  # jobs and reads go on meanwhile
            assert cards.fleet.api.data("manage/ListSIMs")["total"] == 1
            cards.fleet.api.data("manage/ModifySIM", ICCID=ICCID, Remark="x")
        operator.release()
        assert all(f.result()["Code"] in (200, 500) for f in asked)
    operator.faults = []


def test_a_stop_does_not_wait_for_an_operator(cards, operator):
    operator.faults = [("GET", ICCID, "slow")] * 9
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(cards.set, "Deactivate"),
                 pool.submit(cards.server.api.login(cards.fleet.login_name, "secret-1").call,
                             "vehicle/GetSIMDetail", ICCID=ICCID)]
        wait_until(lambda: operator.of("GET", ICCID) > 0, what="the operator is asked")
        assert cards.server.stop() < 30
        for answer in asked:  # an answer, or none at all
            assert answer.exception() is not None or answer.result()["Code"] in (200, 500, 503)
    operator.release()
    assert operator.of("PUT", ICCID) == 0


def test_what_a_card_has_not_is_passed_over(cards, operator):
    operator.faults = [("GET", "/quota/sms", 404), ("GET", "/quota/data", 404)]
    row = cards.detail()
    assert (row["SessionStatus"], row["UsageAmount"], row["UsageData"]) == ("Online", 500, 0)
    assert row["AsOf"] is not None


def test_the_list_of_all_cards_is_read(make_server, operator, tmp_path):
    for i in range(120):
        operator.add(f"898822805550902{i:04}", label=f"L{i}")
    last = "8988228055509020119"
    cards = Cards(make_server, operator, tmp_path, poll_s=1)
    cards.fleet.root.data("manage/AddSIM", HoldID=cards.fleet.hold, ICCID=last, SIM="2",
                          Provider="main")
    wait_until(lambda: [c["Tag"] for c in cards.fleet.api.data("manage/ListSIMs")["data"]]
               == ["DX-137", "L119"], what="the labels of both cards")
    wait_until(lambda: cards.fleet.api.data("manage/ListSIMs")["data"][1]["UsageData"] == 452.41,
               what="a card in detail that was never asked for")
    operator.left[last][0] = 3.5
    operator.cards[last]["quota_status"] = {"id": 1, "description": "Less than 20%"}
    wait_until(lambda: cards.fleet.api.data("manage/ListSIMs")["data"][1]["UsageData"] == 3.5,
               what="what is left of a quota that the list calls low")
    operator.cards[last]["status"] = "Disabled"
    wait_until(lambda: cards.fleet.api.data("manage/ListSIMs")["data"][1]["Status"]
               == "Deactivated", what="the status of a card of the second page")


# ---- SMS ----


def test_an_sms_goes_out_and_comes_back(cards, operator):
    assert cards.send("STATUS#") == FINE
    wait_until(lambda: operator.sent, what="the SMS at the operator")
    assert operator.sent[0]["payload"] == "STATUS#"
    operator.receive(ICCID, "STATUS OK")
    cards.await_states([("STATUS#", "Delivered"), ("STATUS OK", "Reply")])
    assert [row["MType"] for row in cards.sms()] == ["MT", "MO"]


def test_what_a_card_sent_for_another_customer_is_theirs(cards, operator):
    hour_ago = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
    operator.receive(ICCID, "of before", submit_date=iso(hour_ago))
    operator.receive(ICCID, "odd", submit_date=None)
    operator.receive(ICCID, "of now")
    assert cards.hook().status_code == 200
    assert cards.states() == [("of now", "Reply")]


def test_a_card_that_sends_without_end_hides_no_sms_to_it(cards, operator):
    operator.receive(ICCID, "moved")
    assert cards.hook().status_code == 200
    cards.server.stop()
    with sqlite3.connect(cards.server.data / "odograph.db") as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(sim_sms)")]
        told = {"id": "id + 1000000 + n", "time_s": "time_s - 86400 + n",
                "operator_id": "'main/of' || n"}
        db.execute("WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many "
                   "WHERE n < 2100) INSERT INTO sim_sms SELECT "
                   f"{', '.join(told.get(c, c) for c in columns)} FROM sim_sms, many")
    cards.server.start()
    assert cards.send("STATUS#") == FINE
    wait_until(lambda: operator.sent, what="the SMS at the operator")
    wait_until(lambda: cards.hook() and ("STATUS#", "Delivered") in cards.states(),
               what="that it is delivered")
    assert len(cards.sms()) == 2102


def test_a_long_sms_goes_in_parts(cards, operator):
    text = "".join(chr(97 + i % 26) for i in range(400))
    assert cards.send(text) == FINE
    wait_until(lambda: len(operator.sent) == 3, what="three parts")
    assert "".join(s["payload"] for s in operator.sent) == text
    udh = [s["udh"] for s in operator.sent]
    assert {u[:6] for u in udh} == {"050003"} and len({u[6:8] for u in udh}) == 1
    assert [u[8:] for u in udh] == ["0301", "0302", "0303"]
    assert cards.send("größer") == FINE
    wait_until(lambda: len(operator.sent) == 4, what="the fourth")
    assert bytes.fromhex(operator.sent[3]["payload"]).decode("utf-16-be") == "größer"
    cards.await_states([(text, "Delivered"), ("größer", "Delivered")])


def test_an_sms_that_was_refused_or_came_too_fast(cards, operator):
    operator.faults = [("POST", "/sms", 400), ("POST", "/sms", 429)]
    assert cards.send("one") == FINE
    wait_until(lambda: cards.states() == [("one", "Failed")], what="the refused one")
    assert cards.send("two") == FINE
    wait_until(lambda: [s["payload"] for s in operator.sent] == ["two"], what="the second try")
    assert operator.of("POST", "/sms") == 3


@pytest.mark.parametrize("fault", ["failing", "done-and-cut"])
def test_an_sms_that_may_have_left_is_looked_up(cards, operator, fault):
    operator.faults = [("POST", "/sms", fault)]
    assert cards.send("once") == FINE
    wait_until(lambda: operator.of("POST", "/sms"), what="the request")
    if fault == "failing":  # it was not taken, and is not sent again
        assert cards.hook().status_code == 200
        assert cards.states() == [("once", "Pending")] and operator.sent == []
        return
    cards.await_states([("once", "Delivered")])
    assert len(operator.sent) == 1 and operator.of("POST", "/sms") == 1


def test_an_sms_outlives_the_server(cards, operator):
    operator.deliver = "PENDING"
    operator.faults = [("POST", "/sms", "done-and-cut")]
    assert cards.send("once") == FINE
    wait_until(lambda: operator.sent, what="the SMS at the operator")
    cards.server.kill()
    operator.messages[ICCID][0]["status"] = {"id": 5, "description": "FAILED"}
    cards.server.start()
    wait_until(lambda: cards.states() == [("once", "Failed")], what="what the operator says of it")
    assert len(operator.sent) == 1


# ---- hooks ----


def test_a_hook_tells_of_an_sms(cards, operator):
    operator.receive(ICCID, "ALARM")
    asked = operator.of("GET", "/sms")
    assert cards.hook().status_code == 200
    assert cards.states() == [("ALARM", "Reply")], "it is stored before the operator hears 200"
    assert operator.of("GET", "/sms") > asked
    for verb in ("POST", "PATCH", "POST"):
        assert cards.hook(verb=verb).json() == {"Code": 200, "Data": None, "ErrMsg": None}
    assert cards.states() == [("ALARM", "Reply")]


def test_a_hook_that_is_forged_changes_nothing(cards, operator):
    nobody = cards.server.api.get("/hooks/sms/nobody")
    wrong = SECRET[:-1] + "0"
    for answer in (cards.hook(wrong), cards.hook(""), cards.hook(SECRET, "other"),
                   cards.hook(SECRET + "0"), cards.hook(wrong, verb="GET"),
                   cards.hook(wrong, data=b"x" * 100000)):
        assert (answer.status_code, answer.json()) == (404, nobody.json())
    asked = operator.of("GET", "/sms")
    made_up = {"id": 9, "payload": "RELAY", "sms_type": {"id": 2},
               "submit_date": "2026-11-29 10:15:00", "endpoint": {"name": ICCID}}
    assert cards.hook(json=made_up).status_code == 200
    assert cards.sms() == [], "only what the operator itself tells counts"
    for body in ({"endpoint": {"name": OTHER}}, {"endpoint": {"name": "x"}}, {}, {"endpoint": 7},
                 {"endpoint": {"name": {"a": 1}}}):
        assert cards.hook(json=body).status_code == 200, "a card of nobody"
    assert operator.of("GET", "/sms") <= asked + 2
    assert cards.hook(data=b"[" * 5000).status_code == 200
    assert cards.hook(data=b"{" + b" " * 20000 + b"}").status_code == 413
    answer = cards.hook(verb="GET")
    assert answer.status_code == 405 and answer.headers["Allow"] == "POST, PATCH, OPTIONS"
    assert cards.sms() == []


def test_a_hook_waits_for_an_operator_that_fails(cards, operator):
    operator.receive(ICCID, "ALARM")
    operator.faults = [("GET", "/sms", "failing")] * 2
    answers = [cards.hook() for _ in range(3)]
    assert [a.status_code for a in answers][-1] == 200
    assert all(a.headers["Retry-After"] == "60" for a in answers if a.status_code == 503)
    assert cards.states() == [("ALARM", "Reply")]


# ---- accounts ----


def test_cards_of_accounts_are_for_those_who_own_them(make_server, operator, tmp_path):
    server = make_server("")
    one, two = Fleet(server, "One"), Fleet(server, "Two")
    server.stop()
    server.config.write_text(account(operator, tmp_path, enterprise=one.hold)
                             + account(operator, tmp_path).replace("sim.main", "sim.common"))
    server.start()
    card = {"ICCID": ICCID, "SIM": "1"}
    none = {"Code": 500, "Data": None, "ErrMsg": "Provider: there is no such provider"}
    assert two.api.call("manage/AddSIM", **card, Provider="main") == none
    assert two.root.call("manage/AddSIM", **card, HoldID=two.hold, Provider="main") == none
    assert two.api.call("manage/AddSIM", **card, Provider="common") == none
    assert two.api.call("manage/AddSIM", **card, Provider="nobody") == none
    one.api.data("manage/AddSIM", **card, Provider="MAIN")
    assert one.api.data("vehicle/GetSIMDetail", ICCID=ICCID)["Tag"] == "DX-137"
    assert two.api.call("vehicle/GetSIMDetail", ICCID=ICCID)["Code"] == 404
    assert one.api.call("manage/ModifySIM", ICCID=ICCID, Provider="common") == none
    one.root.data("manage/ModifySIM", HoldID=one.hold, ICCID=ICCID, Provider="common")
    row = one.api.data("manage/ListSIMs")["data"][0]
    one.api.data("manage/ModifySIM", ICCID=ICCID, Provider=row["Provider"], Remark="kept")
    one.api.data("manage/ModifySIM", ICCID=ICCID, Provider="inventory")
    assert one.api.data("vehicle/GetSIMDetail", ICCID=ICCID)["AsOf"] is None
    # An account that is another enterprise's now says nothing of the cards that it had.
    one.api.data("manage/ModifySIM", ICCID=ICCID, Provider="main")
    server.stop()
    operator.cards[ICCID]["label"] = "theirs"
    server.config.write_text(account(operator, tmp_path, enterprise=two.hold, poll_s=1))
    server.start()
    polled = operator.of("GET", "/v2/sims") + 3
    assert one.api.data("vehicle/GetSIMDetail", ICCID=ICCID)["Tag"] == "DX-137"
    assert one.api.call("vehicle/ChangeSIMStatus", ICCID=ICCID, Status="Deactivate") == SILENT
    wait_until(lambda: operator.of("GET", "/v2/sims") >= polled, what="the list is read again")
    assert one.api.data("vehicle/GetSIMDetail", ICCID=ICCID)["Tag"] == "DX-137"


@pytest.mark.parametrize("section, key, why", [
    ("[sim.A]\ntype = 1nce\n", "type", "lower-case"),
    ("[sim.a]\ntype = x\n", "type", "1nce, http or sms-gateway"),
    ("[sim.a]\ntype = 1nce\nuser = u\npassword = p\n", "enterprise", "HoldID"),
    ("[sim.a]\ntype = 1nce\nenterprise = shared\npassword = p\n", "user", "missing"),
    ("[sim.a]\ntype = 1nce\nenterprise = 0\n", "enterprise", "HoldID"),
    ("[sim.a]\ntype = 1nce\nenterprise = shared\nuser = u\npassword_file = /nowhere\n",
     "password_file", "No such file"),
    ("[sim.a]\ntype = 1nce\nurl = http://example.com\nenterprise = shared\nuser = u\n"
     "password = p\n", "url", "https"),
    ("[sim.a]\ntype = 1nce\nenterprise = shared\nuser = u\npassword = p\nhook_secret = 12\n",
     "hook_secret", "32 hexadecimal"),
    ("[sim.a]\ntype = sms-gateway\nenterprise = shared\nurl = http://127.0.0.1:1\n", "send",
     "missing"),
    ("[sim.a]\nsend = DELETE /x\n", "send", "GET, POST"),
    ("[sim.a]\nsend_body = {nothing}\n", "send_body", "{text}"),
    ("[sim.a]\nheader.X-A b = 1\n", "header.X-A b", "header"),
    ("[sim.a]\nnothing = 1\n", "nothing", "no such option"),
])
def test_what_is_wrong_with_an_account_is_said(tmp_path, section, key, why):
    config = tmp_path / "odograph.conf"
    config.write_text(section)
    done = run("serve", "--config", str(config), "--data", str(tmp_path / "data"))
    assert done.returncode == 2
    assert f"] {key}: " in done.stderr and why in done.stderr, done.stderr
    assert re.search(r"\[sim\.[aA]\]", done.stderr)


# ---- by templates ----


GATEWAY = """[sim.gateway]
type = sms-gateway
url = {url}/base
enterprise = {enterprise}
user = gate
password = k"ey
send = POST /sms/{{sim}}?from={{source}}&key={{password}}
send_body = {body}
send_type = {type}
send_good = 200 202
send_good_has = "ok"
send_id = data.id
header.X-Key = {{user}}:{{password}}
"""


def gateway(o, enterprise="shared", body='{"to": "{sim}", "text": "{text}", "u": {}}', kind="json"):
    return GATEWAY.format(url=o.url, enterprise=enterprise, body=body, type=kind)


@pytest.mark.parametrize("kind, body", [("json", '{"to": "{sim}", "text": "{text}", "u": {}}'),
                                        ("form", "to={sim}&text={text}")])
def test_a_gateway_sends_the_sms_of_the_inventory(make_server, kind, body):
    text = 'a "b" & c=ü\\ {sim}%'
    with Provider(lambda _: (200, {"state": "ok", "data": {"id": 5}})) as o:
        fleet = Fleet(make_server(gateway(o, body=body, kind=kind)))
        fleet.api.data("manage/AddSIM", ICCID=ICCID, SIM="+49 151/1")
        assert fleet.api.call("vehicle/SendSIMSMS", ICCID=ICCID, Content=text) == FINE
        wait_until(lambda: o.requests, what="the SMS at the gateway")
        verb, path, query, sent = o.requests[0]
        assert (verb, path) == ("POST", "/base/sms/%2B49%20151%2F1")
        assert query == {"from": "+49 151/1", "key": 'k"ey'}
        got = json.loads(sent) if kind == "json" else dict(urllib.parse.parse_qsl(sent.decode()))
        assert (got["to"], got["text"]) == ("+49 151/1", text)
        assert o.headers[0]["X-Key"] == 'gate:k"ey'
        rows = fleet.api.data("vehicle/GetSIMSMSList", ICCID=ICCID, **ALWAYS)["List"]
        assert [row["Status"] for row in rows] == ["Pending"]
        assert fleet.api.data("vehicle/GetSIMDetail", ICCID=ICCID)["AsOf"] is None


def test_a_password_goes_out_by_sms_and_is_kept_nowhere(make_server):
    with Provider(lambda _: (200, {"state": "ok", "data": {"id": 5}})) as o:
        server = make_server(gateway(o))
        fleet = Fleet(server, devices=[{"DeviceID": "100", "Password": "Sms-4471"}])
        fleet.api.data("manage/AddSIM", ICCID=ICCID, SIM="1", DeviceID="100")
        assert fleet.api.call("vehicle/SendSIMSMS", ICCID=ICCID, Content="set Sms-4471 A") == FINE
        wait_until(lambda: o.requests, what="the SMS at the gateway")
        assert json.loads(o.requests[0][3])["text"] == "set Sms-4471 A"
        rows = wait_until(lambda: fleet.api.data("vehicle/GetSIMSMSList", ICCID=ICCID,
                                                 **ALWAYS)["List"])
        assert [row["Content"] for row in rows] == ["set ****** A"]
        assert "Sms-4471" not in str(fleet.api.data("manage/ListAudit"))
        server.stop()
        for path in (*filter(pathlib.Path.is_file, server.data.rglob("*")), server.log_path):
            assert b"Sms-4471" not in path.read_bytes(), path


@pytest.mark.parametrize("mode, status", [("failing", 200), ("cut", 200), ("right", 404),
                                          ("huge", 200), ("garbled", 200)])
def test_an_sms_that_a_gateway_does_not_take_has_failed(make_server, mode, status):
    with Provider(lambda _: (status, {"state": "no"}), mode) as o:
        fleet = Fleet(make_server(gateway(o)))
        fleet.api.data("manage/AddSIM", ICCID=ICCID, SIM="1")
        assert fleet.api.call("vehicle/SendSIMSMS", ICCID=ICCID, Content="x") == FINE
        wait_until(lambda: [row["Status"] for row in fleet.api.data(
            "vehicle/GetSIMSMSList", ICCID=ICCID, **ALWAYS)["List"]] == ["Failed"],
            what="that it failed")
        assert len(o.requests) == 1, "it may have left, and is not sent again"


def test_a_gateway_is_its_enterprises(make_server):
    with Provider(lambda _: (200, {"state": "ok", "data": {"id": 5}})) as o:
        server = make_server("")
        one, two = Fleet(server, "One"), Fleet(server, "Two")
        server.stop()
        server.config.write_text(gateway(o, one.hold))
        server.start()
        for fleet, iccid in ((one, ICCID), (two, OTHER)):
            fleet.api.data("manage/AddSIM", ICCID=iccid, SIM="1")
            assert fleet.api.call("vehicle/SendSIMSMS", ICCID=iccid, Content="x") == FINE
        rows = two.api.data("vehicle/GetSIMSMSList", ICCID=OTHER, **ALWAYS)["List"]
        assert [row["Status"] for row in rows] == ["Stored"]
        wait_until(lambda: len(o.requests) == 1, what="the SMS of its enterprise")


def test_an_operator_by_templates(make_server):
    card = {"data": {"state": "on", "link": "up", "imei": "862405517000969", "left": "12.5",
                     "total": 100, "sms": 7}}
    messages = []

    def answer(request):
        verb, path, _, body = request
        if verb == "PUT":
            card["data"]["state"] = json.loads(body)["state"]
            return 200, {}
        if path.endswith("/messages"):
            return 200, {"items": messages}
        return 200, card

    with Provider(answer) as o:
        section = f"""[sim.other]
type = http
url = {o.url}
enterprise = shared
hook_secret = {SECRET}
password = key
header.Authorization = Bearer {{password}}
detail = GET /cards/{{iccid}}
detail_status = data.state
detail_active = on
detail_session = data.link
detail_online = up
detail_imei = data.imei
detail_data_total_mb = data.total
detail_data_left_mb = data.left
detail_sms_left = data.sms
activate = PUT /cards/{{iccid}}
activate_body = {{"state": "on"}}
deactivate = PUT /cards/{{iccid}}
deactivate_body = {{"state": "off"}}
messages = GET /cards/{{iccid}}/messages
messages_array = items
message_id = key
message_text = body
message_time = at
message_type = way
message_type_mo = in
"""
        server = make_server(section)
        fleet = Fleet(server)
        fleet.root.data("manage/AddSIM", HoldID=fleet.hold, ICCID=ICCID, SIM="1", Provider="other")
        row = fleet.api.data("vehicle/GetSIMDetail", ICCID=ICCID)
        assert (row["Status"], row["SessionStatus"], row["UsageAmount"], row["UsageData"],
                row["SMSData"]) == ("Activated", "Online", 100, 12.5, 7)
        assert fleet.api.call("vehicle/ChangeSIMStatus", ICCID=ICCID, Status="Deactivate") == FINE
        assert card["data"]["state"] == "off"
        assert o.headers[0]["Authorization"] == "Bearer key"
        # There is no way to send an SMS to it.
        assert fleet.api.call("vehicle/SendSIMSMS", ICCID=ICCID, Content="x") == SILENT
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        messages.append({"key": "k/1", "body": "moved", "way": "in", "at": int(now.timestamp())})
        hook = f"http://{server.http}/hooks/sms/other/{SECRET}"
        told = server.api.session.post(hook, json={"iccid": ICCID}, timeout=PATIENCE_S)
        assert told.status_code == 200
        rows = fleet.api.data("vehicle/GetSIMSMSList", ICCID=ICCID, **ALWAYS)["List"]
        assert [(r["Content"], r["MType"], r["CreateTime"]) for r in rows] == [
            ("moved", "MO", f"{now:%Y-%m-%d %H:%M:%S}")]
