"""Track files, read by programs that others made: gpxpy, gpsbabel, and Python's csv and json."""
import csv
import datetime
import io
import json
import subprocess

import gpxpy
import gpxpy.gpx

from lib.server import PATIENCE_S

FORMATS = ("gpx", "kml", "csv", "geojson")
TYPES = {"gpx": "application/gpx+xml", "kml": "application/vnd.google-earth.kml+xml",
         "csv": "text/csv; charset=utf-8", "geojson": "application/geo+json"}
OURS = "{urn:odograph:track:1}"


def utc(text):
    """An ISO time with an offset, as a datetime in UTC."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(
        datetime.timezone.utc)


def gpx_points(data):
    """(time, lat, lon) of every point, segment by segment."""
    gpx = gpxpy.parse(data.decode("utf-8"))
    return [[(point.time.astimezone(datetime.timezone.utc), point.latitude, point.longitude)
             for point in segment.points]
            for track in gpx.tracks for segment in track.segments]


def gpx_values(data):
    """What our own elements say of every point: a dict each."""
    gpx = gpxpy.parse(data.decode("utf-8"))
    return [{element.tag.removeprefix(OURS): element.text for element in point.extensions
             if element.tag.startswith(OURS)}
            for track in gpx.tracks for segment in track.segments for point in segment.points]


def kml_points(data, directory):
    """As gpx_points(), by gpsbabel."""
    source, target = directory / "read.kml", directory / "read.gpx"
    source.write_bytes(data)
    done = subprocess.run(["gpsbabel", "-t", "-i", "kml", "-f", source, "-o", "gpx", "-F", target],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE_S,
                          check=False)
    assert done.returncode == 0, done.stdout
    return gpx_points(target.read_bytes())


def csv_rows(data):
    """The rows as dicts; the byte order mark must be there."""
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def csv_points(data):
    return [[(utc(row["time_utc"]), float(row["lat"]), float(row["lon"]))
             for row in csv_rows(data)]]


def geojson_points(data):
    document = json.loads(data)
    assert document["type"] == "FeatureCollection"
    points = []
    for feature in document["features"]:
        assert feature["type"] == "Feature" and feature["geometry"]["type"] == "Point"
        lon, lat = feature["geometry"]["coordinates"][:2]
        points.append((utc(feature["properties"]["time_utc"]), lat, lon))
    return [points]


def points_of(kind, data, directory):
    """(time, lat, lon) of every record of a file, in its order."""
    segments = kml_points(data, directory) if kind == "kml" else \
        {"gpx": gpx_points, "csv": csv_points, "geojson": geojson_points}[kind](data)
    return [point for segment in segments for point in segment]
