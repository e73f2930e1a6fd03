#!/usr/bin/env python3
"""Makes docs/devices.md, and web/src/docs/devices.json for the page /docs/devices.

    make_devices.py [--check] < ROWS

ROWS is what print_devices says of protocols, trackers and profiles. What a protocol reports is what
the expected results of its vectors hold. --check writes nothing, and fails where a file is old.
"""

import json
import sys

import tree

PAGE = tree.ROOT / "docs/devices.md"
DATA = tree.ROOT / "web/src/docs/devices.json"
VECTORS = tree.ROOT / "src/protocols"
# Members of an expected result, by the word that people read; those without one say nothing here.
VALUES = {
    "lat": "position", "speed_kmh": "speed", "course_deg": "course", "altitude_m": "altitude",
    "ignition": "ignition", "odometer_km": "odometer", "fuel_l": "fuel",
    "temperatures_c": "temperatures", "power_v": "supply voltage", "battery_v": "battery voltage",
    "battery_percent": "battery level", "door_open": "door", "cell": "radio cells",
    "wifi": "Wi-Fi", "iccid": "SIM card",
}
EXTRA_WORDS = {"fuel_percent": "fuel level", "rpm": "engine speed", "vin": "VIN"}
COMMANDS = {
    "TEXT": "text", "HIGH_LEVEL": "commands of the maker", "QUERY_STATUS": "query of the status",
    "QUERY_PARAMETERS": "query of the parameters", "QUERY_ICCID": "query of the SIM card",
    "LOCK": "lock", "UNLOCK": "unlock", "TIMED_UNLOCK": "timed unlock",
}
PROFILE_TEXTS = {"status": "status", "parameters": "parameters", "iccid": "SIM card",
                 "cut": "cut the engine", "restore": "restore the engine", "lock": "lock",
                 "unlock": "unlock"}
COMMONLY_TOLD = "commonly told; check it with the manual of the tracker"
HEAD = """\
<!-- Made by tools/make_devices.py of the rows in src/protocols/: ./dev devices makes it anew. -->

# Trackers

All trackers report to one port (option `device`, `9881` unless it is set); odograph sees by itself
which protocol one speaks. Three steps:

1. Point the tracker at the server: `{host}` and `{port}` below are its address and that port. The
   page `/docs/devices` of a running server shows the texts with its own address in them.
2. Put in a SIM card with mobile data; `{apn}` is the access point of its operator.
3. Add the device with the number that the tracker reports, usually its IMEI. Trackers that are not
   added yet are listed to root as they knock.

Texts differ between models and firmwares of a maker: where one is not answered, the manual of the
tracker says which it takes. *Source* names the document that a text was read in; *commonly told* is
what no document here has proved. A password in a text is the one that the tracker leaves the
factory with; change it.

What a protocol *reports* is what is read of it and proved by a test; a tracker reports what it has
sensors for. What it *accepts* are commands that may be sent through the link. Texts that cut an
engine or unlock depend on the model: [profiles](#profiles).
"""


def vectors_of(name):
    for path in (VECTORS / f"{name}_vectors.jsonl", VECTORS / name / "vectors.jsonl"):
        if path.exists():
            return [json.loads(line) for line in tree.read(path).splitlines() if line.strip()]
    return []


def reports_of(name):
    """(values, alarms) of a protocol, as words."""
    seen, extras, alarms = set(), set(), set()
    for vector in vectors_of(name):
        for message in vector["expect"]:
            seen.update(message)
            extras.update(extra["name"] for extra in message.get("extras", ()))
            alarms.update(alarm.removesuffix(" alarm") for alarm in message.get("alarms", ()))
    values = [word for member, word in VALUES.items() if member in seen]
    more = {EXTRA_WORDS.get(extra, extra.replace("_", " ")) for extra in extras}
    return values + sorted(more - set(values)), sorted(alarms)


def protocol_of(row):
    values, alarms = reports_of(row["name"])
    return {
        "name": row["name"], "about": row["about"], "udp": row["udp"],
        "clockMinutes": row["clock_minutes"],
        "reports": values, "alarms": alarms,
        "accepts": [COMMANDS[kind] for kind in row["commands"]],
        "setups": row["setups"],
    }


def profile_of(row):
    texts = {PROFILE_TEXTS[key]: text for key, text in row["texts"].items()}
    models = [model.strip() for model in row["models"].split(";") if model.strip()]
    return {"name": row["name"], "models": models, "sms": row["sms"], "texts": texts}


def data_of(rows):
    return {
        "protocols": [protocol_of(row) for row in rows["protocols"]],
        "profiles": [profile_of(row) for row in rows["profiles"] if row["texts"]],
    }


def zone_text(minutes):
    if minutes == 0:
        return "UTC"
    return f"UTC{'+' if minutes > 0 else '-'}{abs(minutes) // 60}:{abs(minutes) % 60:02}"


def escaped(text):
    """What Markdown would take for a mark in running text."""
    return text.replace("*", r"\*").replace("<", "&lt;").replace("{", "`{").replace("}", "}`")


def setup_lines(setup):
    yield f"**{escaped(setup['models'])}**"
    yield ""
    if setup["texts"]:
        yield "```text"
        yield from setup["texts"]
        yield "```"
        yield ""
    if setup["note"]:
        yield escaped(setup["note"])
        yield ""
    if setup["texts"]:
        yield f"Source: {escaped(setup['source'] or COMMONLY_TOLD)}."
        yield ""


def protocol_lines(protocol):
    yield f"## {protocol['name']}"
    yield ""
    links = "TCP and UDP" if protocol["udp"] else "TCP"
    yield f"{escaped(protocol['about'])}. {links}; clock: {zone_text(protocol['clockMinutes'])}."
    yield ""
    for setup in protocol["setups"]:
        yield from setup_lines(setup)
    for title, words in (("Reports", protocol["reports"]), ("Alarms", protocol["alarms"]),
                         ("Accepts", protocol["accepts"])):
        if words:
            yield f"- {title}: {', '.join(words)}"
    yield ""


def page_of(data):
    lines = [HEAD]
    for protocol in data["protocols"]:
        lines += protocol_lines(protocol)
    lines += ["## Profiles", "",
              "What is known of single models. A device's Model chooses its profile; all of",
              "them are printed by `odograph profiles`, as the file that adds others has them.", "",
              "| profile | models | command | text | by SMS, too |", "|---|---|---|---|---|"]
    for profile in data["profiles"]:
        models = ", ".join(profile["models"]) or "any"
        for what, text in profile["texts"].items():
            sms = "yes" if profile["sms"] else "no"
            lines.append(f"| {profile['name']} | {models} | {what} | `{text}` | {sms} |")
    return "\n".join(lines).rstrip() + "\n"


def outputs(rows):
    data = data_of(rows)
    return {PAGE: page_of(data), DATA: json.dumps(data, ensure_ascii=False, indent=1) + "\n"}


def main(arguments):
    made = outputs(json.load(sys.stdin))
    old = [path for path, text in made.items() if not path.exists() or tree.read(path) != text]
    if "--check" in arguments:
        for path in old:
            print(f"{path.relative_to(tree.ROOT)} is old: ./dev devices makes it anew")
        return 1 if old else 0
    for path in old:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
