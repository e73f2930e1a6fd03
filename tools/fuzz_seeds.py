#!/usr/bin/env python3
"""Writes the seeds of a fuzzer.

usage: fuzz_seeds.py NAME DIRECTORY

Of a protocol a file for each session of its vectors: its frames behind one another, as a connection
would receive them. Of the others a file for each entry below, as the fuzzer of that name takes it.
"""

import json
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).parent

# The fix that src/fleet/pack.c draws, with its length, and the state after four fixes.
FIX = bytes.fromhex("1a80d39cb00d04fb01802041c096ccf00280e1bce208b62aa8460b")
# The same with the extra values that src/model/extra.c draws.
REPORT = bytes.fromhex("2380d39cb00d04fb01a02041c096ccf00280e1bce208b62aa8460b8003b8178103023437")
STATE = bytes.fromhex("041cbcd39cb00d37bb02000180d2cdf00280e1bce208b62aa8460b99ac07"
                      "c4c3de0599ac0703033b0000000000030a0a0a00")

GPX = b"""<?xml version="1.0"?>
<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
<trkpt lat="47.3769" lon="8.5417"><ele>408.5</ele><time>2026-01-01T00:00:00Z</time>
<speed>1.5</speed><course>90</course></trkpt>
<trkpt lat="47.3770" lon="8.5418"><time>2026-01-01T00:00:10+01:00</time>
</trkpt></trkseg></trk></gpx>
"""

# What odograph export writes, shortened, and positions of Traccar.
OUR_GPX = b"""<gpx xmlns:odo="urn:odograph:track:1"><trk><extensions>
<odo:device_id>100</odo:device_id></extensions><trkseg>
<trkpt lat="-33.86" lon="151.2"><time>2026-01-01T00:00:00Z</time><fix>none</fix>
<extensions><odo:position>lbs</odo:position><odo:speed_kmh>40.5</odo:speed_kmh>
<odo:alarms>SOS alarm; Power off alarm</odo:alarms><odo:marks>heartbeat</odo:marks>
<odo:extra name="tyre_pressure[1]">2.3</odo:extra></extensions></trkpt></trkseg></trk></gpx>
"""
OUR_CSV = (b"\xef\xbb\xbfdevice_id,time,time_utc,received_utc,lat,lon,position,speed_kmh,ignition,"
           b"temperature_1_c,lock,iccid,cell,alarms,marks,extra,colour\r\n"
           b"100,,2026-01-01T00:00:00Z,2026-01-01T00:00:05Z,47.4,8.5,gps,40.5,1,-18.5,"
           b"Unlocked by card,8988228055509013601,262-1-5-17,SOS alarm,reupload,"
           b'"{""rpm"":820,""driver"":""47""}",red\r\n'
           b"'200,2026-10-25 02:30:00,,,47.4,8.5,last,,,,,,,,,,\r\n")
TRACCAR = (b"deviceid,protocol,servertime,fixtime,valid,latitude,longitude,altitude,speed,course,"
           b"network,attributes\n"
           b"1,gt06,2026-01-01 00:00:05,2026-01-01 00:00:00.000,t,47.4,8.5,1.5e-05,21.6,45,"
           b'"{""cellTowers"":[{""cellId"":17,""locationAreaCode"":5,""mobileCountryCode"":262,'
           b'""mobileNetworkCode"":1}]}","{""sat"":9,""alarm"":""sos,tow"",""temp1"":-18.5,'
           b'""adc2"":2.5,""hours"":7200000,""odometer"":1e6,""approximate"":true}"\n')

# The fields of requests, one of each kind among them.
BODIES = (
    '{"DeviceID":"860000000000001","VehiclePlate":" B 1 ","TankLitres":"60.5","GroupID":"0",'
    '"UtcOffsetMinutes":null,"SpeedUnit":"mps"}',
    '{"DeviceIDs":"1, 2,,1","PageIndex":1,"PageSize":"1000","Key":"a","Status":2}',
    '{"deviceid":7,"STARTTIME":"2026-10-25 02:30:00","EndTime":"2026/1/5 7:05:09"}',
    '{"Devices":[{"DeviceID":"1"},{"DeviceID":2,"VehiclePlate":"\\u7ca4B\\ud83d\\ude00"}]}',
    '{"LoginName":"x","PassWord":" y ","Role":"viewer","GroupIDs":[1,"2",3e0],"Focus":"false"}',
    '{"DeviceIDs":["1"," 2 ",3],"VehiclePlates":["B 1","粤B😀",""]}',
    '{"DeviceIDs":[],"VehiclePlates":["a,b"],"SpeedUnit":null,"GroupIDs":null}',
    "DeviceIDs=1%2C2&DeviceIDs=3&VehiclePlates=B+1&vehicleplates=&PageIndex=1&PageSize=10&Status=2",
    "LoginName=x&PassWord=+y+&Role=viewer&GroupIDs=1&groupids=&GroupIDs=2&UserID=3&Focus=true",
    "\ufeff{}",
    "[[[[[[[[1]]]]]]]]",
)

# What services answer, to three fixes where they are matchers.
LINE = rb"_oz_yA_uybQ?o}@?o}@"
OSRM = (b'{"code":"Ok","matchings":[{"geometry":"' + LINE + b'"}],"tracepoints":['
        b'{"matchings_index":0,"location":[9.5,47.2]},null,'
        b'{"matchings_index":0,"location":[9.502,47.2]}]}')
VALHALLA = (b'{"shape":"' + LINE + b'","matched_points":[{"lat":47.2,"lon":9.5,"type":"matched"},'
            b'{"type":"unmatched"},{"lat":47.2,"lon":9.502,"type":"interpolated",'
            b'"end_route_discontinuity":true}]}')
NOMINATIM = (b'{"lat":"47.2","lon":"9.5","display_name":"1, Gasse, Vaduz","licence":"Data of X"}')
PHOTON = (b'{"features":[{"geometry":{"coordinates":[9.5,47.2]},"properties":'
          b'{"housenumber":"1","street":"Gasse","city":"Vaduz","country":"Liechtenstein"}}]}')

CONFIGURATION = b"""# a comment
[server]
data = /tmp/x
http = 127.0.0.1:0
log_level = debug
[device]
registration = open
open_enterprise = 1
credit_bytes = 16384
[protocol.jt808]
utc_offset_min = -480
[protocol.osmand]
speed_unit = kmh
[aliases]
GetAllDevices = GetDeviceList
"""

PROFILES = b"""[A]
models = AB 12; XY
status = STATUS#
unlock = OPEN,{password}#
restore = hex:81 05 65
command.reboot = RESET#
cut_patterns = OFF,*,2; hex:8105f0
reports = lat:{lat} lon:{lon}*T:{time}; bat {percent}%
sms_commands = true
unlock_patterns = OPEN*
alarm.3 = Low battery alarm; SOS alarm
memory_bit_31 = true
"""

SIM = (b'{"iccid":"8988303000123456789","imsi":"901405100000018","msisdn":"882285100000018",'
       b'"imei":"0000000000000018","imei_lock":true,"status":"Enabled","current_quota":500,'
       b'"activation_date":"2018-03-09T07:59:09.000+0000","quota_status":{"id":1},"label":"B12"}')
QUOTA = b'{"volume":435.787951,"total_volume":500,"expiry_date":"2029-01-01T00:00:00.000Z"}'
SESSION = (b'{"status":{"description":"ONLINE"},"location":{"operator":{"name":"T","country":'
           b'{"name":"Germany"}}},"pdp_contexts":[{"created":"2019-12-04T08:12:02.000Z",'
           b'"imeisv":"3526510721968301","rat_type":{"description":"NB-IoT"}}]}')
SMS = (b'[{"id":589,"submit_date":"2019-09-29T07:33:15.000Z","dcs":8,"payload":"00fc",'
       b'"udh":"050003CC0301","status":{"id":4},"sms_type":{"id":2}}]')
OTHER_SIM = (b'{"status":"on","a":{"b":"up","total":7,"left":"2"},"imei":"862405517000969",'
             b'"total":500,"left":1.5}')
OTHER_SMS = b'[{"id":"k/1","text":"x","at":1767225600,"type":"in","status":"off"}]'

FORM = b"lat=1.5&amp;lon=2&timestamp=2026-01-01T00:00:00+02:00&speed=1.0E-4&cell=1,2,3,4"
LARGE = b"id=7&lat=1&lon=2&altitude=922337203.6854775E3&speed=922337203E9&odometer=-1E20"
LOCATION = (b'{"device_id":"7","location":[{"timestamp":"2026-01-01T00:00:00.5Z","coords":'
            b'{"latitude":1.5,"longitude":"2,5","speed":NaN},"battery":{"level":0.5},'
            b'"activity":{"type":"still"}},7]}')
PARTS = (b'--X\r\nContent-Disposition: form-data; name="lat"\r\n\r\n1.5\r\n'
         b"--X\r\nContent-Disposition: form-data; name=lon\r\n\r\n2\r\n--X--\r\n")

# SQLite's log with pages of the least size: its header, and frames of which each third commits.
LOG = b"".join([bytes.fromhex("377f0682002de21800000200000000005a5a5a5aa5a5a5a5"), bytes(8)] + [
    bytes([0, 0, 0, page, 0, 0, 0, 3 if page == 3 else 0]) + bytes(16) + bytes([page]) * 512
    for page in (1, 2, 3) * 3])



def shape(ways: int, radius: int, *points) -> bytes:
    """A geofence's shape, as fence_fuzz.c takes it: places in degrees, None between rings."""
    numbers = (struct.pack("<ii", 0x7FFFFFFF, 0) if point is None else
               struct.pack("<ii", round(point[0] * 1e7), round(point[1] * 1e7)) for point in points)
    return bytes([ways]) + radius.to_bytes(3, "little") + b"".join(numbers)


SEEDS = {
    # A byte for the way, the count in two, and the columns of the block of src/store/chunk.c.
    "chunk": [bytes.fromhex("000400c62060ca81f5820641e003010068"
                            "70827b4042da7e04390086fc3ec48186eb3f")],
    "address": [b"127.0.0.1:9881", b"[::1]:0", b"::1:65535", b"localhost:80", b"1.2.3.4:65536"],
    # The row, the fixes but one, the status, the body.
    "answers": [b"\0\2\0" + OSRM, b"\1\2\0" + VALHALLA, b"\2\2\0" + OSRM, b"\3\0\0" + NOMINATIM,
                b"\4\0\0" + PHOTON, b"\0\2\1" + b'{"code":"NoMatch"}',
                b"\1\2\1" + b'{"error_code":444}'],
    "body": [b"\0\7" + FORM, b"\0\7" + LARGE,
             b"\1\x20" + LOCATION, b"\2\x10" + PARTS, b"\0\0" + LOCATION],
    "charset": [b"\xff" + "粤B12345 é\t".encode("gbk"), b"\x02" + "粤B😀".encode("utf-16-be"),
                b"\x01\x30\x81\x30\x81\xff"],
    # The kind and the ways, the radius, points; the last of a ring has no place.
    "fence": [shape(0, 0, (0, 0), (0, 1), (1, 1), (1, 0)),
              shape(0, 0, (0, 0), (0, 9), (9, 9), (9, 0), None, (1, 1), (1, 2), (2, 1)),
              shape(0, 0, (80, -120), (80, 0), (80, 120)),
              shape(0, 0, (0, 0), (1, 1), (0, 1), (1, 0)),
              shape(1, 5000, (60, 179.9999)), shape(2, 5000, (60, 179), (60, -179), (61, -179)),
              shape(8, 0, (0, 0), (1, 0)), shape(4, 0, (0, 0), (0, 0.01), (0.01, 0))],
    "journal": [bytes([0, 2, 5, 1, 14, 0, len(STATE)]) + STATE + b"\x02" + FIX + FIX,
                bytes([0, 3, 5, 1, 14, 0, len(STATE)]) + STATE + b"\x02" + REPORT + FIX,
                bytes([0, 1, 1, 14, 1, 20, len(STATE)]) + STATE + b"\x00", b"\1\2\5\0\0\0\0\0"],
    "options": [CONFIGURATION, b"[api]\ntoken_days = 180\n", b"key = 1\n",
                b"[api]\ncors_origins = https://a.example http://[::1]:81\n"],
    "pack": [b"\0" + FIX[1:], b"\0" + REPORT[1:], b"\1" + FIX * 3, b"\2" + STATE, b"\3" + STATE,
             b"\4" + bytes(range(64))],
    "params": [bytes([method]) + body.encode() for method, body in enumerate(BODIES * 3)],
    "profiles": [PROFILES + b"\0RELAY , 01 #", PROFILES + b"\0off,1,2;", b"[A]\n\0hex:8500",
                 PROFILES + b"\0lat:N1.5 lon:2.5E at T:26/11/20 08:05", PROFILES + b"\0bat 7%",
                 b"\0" + bytes.fromhex("830001") + b"123456STOP1", b"[A]\nalarm.32 = x\n"],
    "route": [b"/api/vehicle/GetDeviceList", b"/api/asset/getcurrentvehicleinfobydeviceid/",
              b"/API/MANAGE/GETALLDEVICES", b"/health", b"/api/openapi.json", b"/api"],
    "map": [b"/tiles/base/6/52/27", b"/tiles/labels/9/418/223", b"/map/style-light.json",
            b"https://maps.example.com:81/{z}/{x}/{y}.png?k=1", b"73.5 18.1 134.8 53.6"],
    # The kind of account, the request, the status, the body.
    "sims": [b"\0\0\0" + b'{"access_token":"t","expires_in":3600}',
             b"\0\1\0[" + SIM + b"," + SIM + b"]", b"\0\2\0" + SIM, b"\0\3\0" + QUOTA,
             b"\0\4\0" + QUOTA, b"\0\5\0" + SESSION, b"\0\7\1" + b'{"id":"589"}',
             b"\0\x08\0" + SMS, b"\1\0\0" + OTHER_SIM, b"\1\2\0" + b'{"id":7}',
             b"\1\3\0" + OTHER_SMS],
    "import": [GPX, OUR_GPX, OUR_CSV, TRACCAR, b"id,uniqueid,name\n7,300,Van\n",
               b"lat;lon;time;device_id\n1,5;2;1767225600;100\n"],
    "track": [GPX, b"lon,lat,time,id\n8.5,47.4,1767225600,a\n8.6,47.5,2026-01-01T00:00:01,b\n",
              b"$GPRMC,115434.00,A,3003.1914,S,05110.2350,W,012.3,270.1,161208,,*3E\r\n"],
    # The way, frames left with a bad checksum and with bad salts, the database's size, the log.
    "wal": [b"\1\0\0\0" + LOG, b"\1\x10\0\0" + LOG, b"\1\0\x40\0" + LOG, b"\0\0" + LOG,
            b"\1\0\0\x18" + b"".join(bytes([n]) * 512 for n in (1, 2, 3)) + LOG,
            b"\2ODSQ" + bytes(28), b"\3ODSQ" + bytes(7) + b"\5" + bytes(range(20))],
    "place_names": [b"25.04,102.71 place en Kunming\n44.95,34.1 province in 50.45,30.52\n",
                    b"15,115 sea zh -\r\n# nothing\n"],
    "zone": [b"\2\1" + b"2026-10-25 02:30:00", b"\2\0" + b"2026-03-29 02:30:00",
             b"\0\0" + b"2026/1/5 7:05:09", b"\1\0" + b"2026-01-01T00:00:00+08:00",
             b"\6\0" + b"2011-12-30", b"Europe/Berlin", b"\3\1" + b"0001-01-01 00:00:00",
             b"\4\1" + b"9999-12-31 23:59:59"],
}


def vectors_of(name: str) -> pathlib.Path:
    """The vectors of a protocol, which is a folder or a file."""
    protocols = HERE.parent / "src" / "protocols"
    inside = protocols / name / "vectors.jsonl"
    return inside if inside.exists() else protocols / f"{name}_vectors.jsonl"


def main() -> int:
    if len(sys.argv) != 3:
        sys.stderr.write(__doc__)
        return 2
    name, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    directory.mkdir(parents=True, exist_ok=True)
    seeds = SEEDS.get(name)
    if seeds is None:
        lines = vectors_of(name).read_text(encoding="utf-8").splitlines()
        seeds = [b"".join(bytes.fromhex(frame) for frame in json.loads(line)["frames"])
                 for line in lines]
    for number, seed in enumerate(seeds, 1):
        (directory / f"{number:03}").write_bytes(seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
