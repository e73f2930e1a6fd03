"""tools/make_devices.py: rows of trackers as a page."""

import json

import make_devices

ROWS = {
    "protocols": [{
        "name": "gps103", "about": "A <maker>", "udp": True, "clock_minutes": -210,
        "commands": ["TEXT", "LOCK"],
        "setups": [
            {"models": "T*", "texts": ["a {host} {port}"], "note": "Or dns {host}.",
             "source": "T* manual"},
            {"models": "U", "texts": ["b {host}"], "note": "", "source": ""},
            {"models": "V", "texts": [], "note": "By its tool.", "source": ""},
        ],
    }],
    "profiles": [
        {"name": "One", "models": "A; B", "sms": True, "texts": {"cut": "STOP"}},
        {"name": "Silent", "models": "C", "sms": False, "texts": {}},
    ],
}


def test_a_protocol_says_what_its_vectors_prove():
    [protocol] = make_devices.data_of(ROWS)["protocols"]
    assert {"position", "speed", "ignition"} <= set(protocol["reports"])
    assert "SOS" in protocol["alarms"]
    assert protocol["accepts"] == ["text", "lock"]


def test_texts_stand_as_they_are_sent_and_notes_are_escaped():
    page = make_devices.page_of(make_devices.data_of(ROWS))
    assert "```text\na {host} {port}\n```" in page
    assert r"**T\***" in page and "Or dns `{host}`." in page and "A &lt;maker>" in page
    assert "clock: UTC-3:30" in page


def test_texts_name_their_source():
    page = make_devices.page_of(make_devices.data_of(ROWS))
    assert r"Source: T\* manual." in page
    assert f"Source: {make_devices.COMMONLY_TOLD}." in page
    assert page.count("Source: ") == 2


def test_profiles_without_a_text_are_left_out():
    made = make_devices.outputs(ROWS)
    assert "| One | A, B | cut the engine | `STOP` | yes |" in made[make_devices.PAGE]
    assert [row["name"] for row in json.loads(made[make_devices.DATA])["profiles"]] == ["One"]


def test_a_protocol_without_vectors_reports_nothing():
    assert make_devices.reports_of("nothing") == ([], [])
