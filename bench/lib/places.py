"""What naming a place costs, against one walk down the index with cold caches."""
import json
import subprocess


def look_up(bench):
    run = json.loads(subprocess.run([bench.program("bench/look_up")], stdout=subprocess.PIPE,
                                    check=True).stdout)
    if run["named"] < run["points"]:
        raise RuntimeError(f"geocode-lookup: {run['named']} of {run['points']} have a name")
    bench.report("geocode-lookup", run["us"], f"CPU us a point: {run['points']} points by places "
                 "drawn by lot", run["floor_us"])
