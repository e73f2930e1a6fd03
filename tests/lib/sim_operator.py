"""Stand-ins for those who run SIM cards, and carry SMS to them.

The operator answers as the published documents "SIM Management" v2 and "Authorization" of 1NCE say,
and refuses what they do not allow. It is written from those, and not from our client.
"""
import base64
import datetime
import json
import re
import secrets
import threading
import time

from lib.providers import Provider

USER, PASSWORD = "fleet-api", "p:ss wörd"
HOUR_S = 3600
UTC = datetime.timezone.utc


def iso(when=None):
    """A date-time as the operator writes it: milliseconds, UTC."""
    return (when or datetime.datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def quota(left, total, service):
    return {"id": 1, "status": {"id": 1, "description": "ACTIVE"}, "volume": left,
            "total_volume": total, "accumulated_total_volume": total, "last_volume_added": total,
            "service": service, "threshold_percentage": 20, "threshold_volume": total / 5,
            "expiry_date": "2034-04-05T00:00:00.000Z", "created_at": "2024-01-05T13:13:21Z"}


class Operator(Provider):
    """`faults` are modes of Provider, or a status of HTTP, for requests to come: a list of
    (verb, what stands at the end of the path, fault), each used once."""

    def __init__(self):
        super().__init__(None)
        self.lock = threading.Lock()
        self.cards, self.left, self.messages, self.sessions = {}, {}, {}, {}
        self.tokens = {}
        self.token_s = HOUR_S
        self.told_token_s = None  # None: as long as it lives
        self.faults = []
        self.begun = []      # when each request to /sims came
        self.calls = []      # (verb, path) of each
        self.sent = []       # bodies of POST .../sms that were taken
        self.next_id = 7000
        self.deliver = "DELIVERED"
        self.ignores_changes = False

    def add(self, iccid, **fields):
        """A card of 19 digits; the fields are those of the schema SimsSim."""
        self.cards[iccid] = {
            "iccid": iccid, "iccid_with_luhn": iccid + "0", "imsi": "901405109066932",
            "imsi_2": "", "current_imsi": "204047000000001", "msisdn": "882285109030215",
            "imei": "8624055170009690", "imei_lock": True, "status": "Enabled",
            "activation_date": "2024-01-05T07:59:09.000+0000", "ip_address": "100.107.170.217",
            "current_quota": 500, "quota_status": {"id": 0, "description": "More than 20%"},
            "current_quota_SMS": 250, "quota_status_SMS": {"id": 0, "description": "More"},
            "label": "DX-137", **fields}
        self.left[iccid] = [452.4187951, 249]
        self.messages[iccid] = []
        self.sessions[iccid] = {
            "status": {"description": "ONLINE"}, "services": ["GPRS", "SMS"],
            "location": {"iccid": iccid, "imsi": "901405109066932",
                         "last_updated": "2023-08-06 09:59:05",
                         "operator": {"id": 2, "name": "Alfa Telecom", "mnc": "01",
                                      "country": {"id": 74, "name": "Kyrgyzstan",
                                                  "iso_code": "kg"}}},
            "pdp_contexts": [
                {"created": "2019-12-04T08:12:02.000Z", "imeisv": "1",
                 "rat_type": {"rat_type_id": "2", "description": "GERAN"}},
                {"created": "2023-12-04T08:12:02.000Z", "imeisv": "8624055170009690",
                 "rat_type": {"rat_type_id": "6", "description": "EUTRAN"}}]}

    def receive(self, iccid, payload, **fields):
        """The card has sent an SMS; answers its id."""
        with self.lock:
            self.next_id += 1
            self.messages[iccid].append({
                "id": self.next_id, "submit_date": iso(), "delivery_date": iso(),
                "expiry_date": iso(), "final_date": iso(), "retry_date": None, "retry_count": 0,
                "gsm_map_error": None, "dcs": 0, "pid": 0, "source_address": "882285109030215",
                "iccid": iccid, "msisdn": "882285109030215", "imsi": "901405109066932",
                "msc": 0, "udh": "", "payload": payload, "endpoint": {"id": 1, "name": iccid},
                "status": {"id": 4, "description": "DELIVERED"},
                "sms_type": {"id": 2, "description": "MO"},
                "source_address_type": {"id": 145, "description": "International"}, **fields})
            return self.next_id

    def of(self, verb, end):
        """How many such requests came."""
        return sum(1 for v, path in self.calls if v == verb and path.endswith(end))

    # ---- answers ----

    def reply(self, handler, request):
        verb, path, query, body = request
        with self.lock:
            self.calls.append((verb, path))
            if path.startswith("/v2/sims"):
                self.begun.append(time.monotonic())
            fault = next((f for f in self.faults if f[0] == verb and path.endswith(f[1])), None)
            if fault is not None:
                self.faults.remove(fault)
        if fault is not None and isinstance(fault[2], int):
            error = json.dumps({"error_code": 1000, "error_token": "X", "message": "no"}).encode()
            self.send(handler, fault[2], error, {"Retry-After": "1"} if fault[2] == 429 else None)
            return
        if fault is not None and fault[2] == "done-and-cut":
            self.answer_call(verb, path, query, body, handler.headers)
            self.send(handler, 201, b'{"id": "1"}', cut=True)
            return
        if fault is not None:
            self.mode, mode = fault[2], self.mode
            self.answer = lambda _: self.answer_call(verb, path, query, body, handler.headers)
            try:
                super().reply(handler, request)
            finally:
                self.mode = mode
            return
        status, answer = self.answer_call(verb, path, query, body, handler.headers)
        self.send(handler, status, b"" if answer is None else json.dumps(answer).encode())

    def answer_call(self, verb, path, query, body, headers):
        with self.lock:
            if path == "/oauth/token":
                return self.answer_token(verb, body, headers)
            until = self.tokens.get(headers.get("Authorization", "").removeprefix("Bearer "), 0)
            if time.monotonic() >= until:
                return 401, {"message": "Unauthorized"}
            if path == "/v2/sims":
                return self.answer_page(verb, query)
            found = re.fullmatch(r"/v2/sims/(\d{19})(/[a-z/]+)?", path)
            if found is None or found.group(1) not in self.cards:
                return 404, {"error_code": 1000, "error_token": "NotFound", "message": "x"}
            return self.answer_card(verb, found.group(1), found.group(2) or "", query, body)

    def answer_token(self, verb, body, headers):
        want = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        assert verb == "POST" and json.loads(body) == {"grant_type": "client_credentials"}
        if headers.get("Authorization") != want:
            return 400, {"statusCode": 400, "errorCode": "BadCredentials"}
        token = secrets.token_urlsafe(2200)  # about as long as theirs
        self.tokens[token] = time.monotonic() + self.token_s
        return 200, {"status_code": "OK", "access_token": token, "token_type": "bearer",
                     "expires_in": self.told_token_s or self.token_s, "scope": "all"}

    def answer_page(self, verb, query):
        page, size = int(query.get("page", 1)), int(query.get("pageSize", 10))
        assert verb == "GET" and page >= 1 and 1 <= size <= 100
        cards = list(self.cards.values())
        return 200, cards[(page - 1) * size:page * size]

    def answer_card(self, verb, iccid, what, query, body):
        card = self.cards[iccid]
        if verb == "PUT" and what == "":
            wish = json.loads(body)
            assert set(wish) <= {"iccid", "label", "imei_lock", "status"}
            assert wish["iccid"] == iccid and wish["status"] in ("Enabled", "Disabled")
            if not self.ignores_changes:  # what is left out is reset
                card.update({"label": "", "imei_lock": False, **wish})
            return 200, None
        if verb == "POST" and what == "/sms":
            return self.take_sms(iccid, json.loads(body))
        assert verb == "GET", (verb, what)
        if what == "/sms":
            assert int(query["page"]) == 1 and 1 <= int(query["per_page"]) <= 1000
            return 200, list(reversed(self.messages[iccid]))
        data, sms = self.left[iccid]
        return 200, {"": card, "/quota/data": quota(data, 500, "data"),
                     "/quota/sms": quota(sms, 250, "sms"),
                     "/status": self.sessions[iccid]}[what]

    def take_sms(self, iccid, sms):
        assert set(sms) <= {"source_address", "payload", "udh", "dcs", "source_address_type",
                            "expiry_date"}
        assert re.fullmatch(r"([0-9a-fA-F]{2})*", sms.get("udh", ""))
        room = 153 if sms.get("udh") else 160
        assert sms["dcs"] in (0, 8) and (sms["dcs"] == 8 or len(sms["payload"]) <= room)
        expiry = datetime.datetime.fromisoformat(sms["expiry_date"].replace("Z", "+00:00"))
        assert datetime.timedelta(0) < expiry - datetime.datetime.now(UTC) <= datetime.timedelta(
            hours=1)
        self.sent.append(sms)
        self.next_id += 1
        number = {"DELIVERED": 4, "FAILED": 5, "PENDING": 2, "EXPIRED": 6}[self.deliver]
        self.messages[iccid].append({
            "id": self.next_id, "submit_date": iso(), "delivery_date": iso(),
            "expiry_date": sms["expiry_date"], "final_date": iso(), "retry_count": 0,
            "dcs": sms["dcs"], "pid": 0, "source_address": sms["source_address"], "iccid": iccid,
            "msisdn": "882285109030215", "imsi": "901405109066932", "udh": sms.get("udh", ""),
            "payload": sms["payload"], "status": {"id": number, "description": self.deliver},
            "sms_type": {"id": 1, "description": "MT"}})
        return 201, {"id": str(self.next_id)}
