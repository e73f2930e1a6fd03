"""What calls have in common, whatever they ask: who may read, what is asked twice."""
from lib.server import PATIENCE_S, Fleet


def test_a_browser_reads_for_the_origins_that_are_set(make_server):
    """A page of another origin asks first (OPTIONS), then sends its token and reads the answer."""
    origin = {"Origin": "https://maps.example.com"}
    path = "/api/vehicle/GetDeviceList"
    closed = make_server()
    opened = make_server("[api]\ncors_origins = http://a.example https://maps.example.com\n")
    for server, allows in ((closed, None), (opened, origin["Origin"])):
        fleet = Fleet(server, devices=["1"])
        asked = fleet.api.session.options(
            f"http://{server.http}{path}", timeout=PATIENCE_S,
            headers={**origin, "Access-Control-Request-Method": "POST",
                     "Access-Control-Request-Headers": "authorization"})
        assert (asked.status_code, asked.headers["Allow"]) == (200, "POST, OPTIONS")
        answer = fleet.api.post(path, {"PageIndex": 1, "PageSize": 1}, origin)
        assert answer.json()["Data"]["total"] == 1
        for response in (asked, answer):
            assert response.headers.get("Access-Control-Allow-Origin") == allows
            assert ("Origin" in response.headers.get("Vary", "")) is bool(allows)
        assert ("Authorization" in asked.headers.get("Access-Control-Allow-Headers", "")) is \
            bool(allows)
