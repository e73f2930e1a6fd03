"""What somebody sees who has a tracker and no account of it yet."""
from lib.server import run


def test_simulate_tells_that_an_unregistered_gt06_tracker_stores_nothing(server):
    done = run("simulate", "--address", server.device, "--protocol", "gt06", "--devices", "3",
               "--fixes", "20", "--give-up", "1", "--quiet")
    assert done.returncode == 1 and '"acknowledged":0,' in done.stdout, done.stdout
    assert "nothing was acknowledged" in done.stderr and "registered" in done.stderr
    assert server.health()["counters"]["fixes_stored"] == 0
