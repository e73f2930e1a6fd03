"""What geofences add to the folding of a fix, against folding it without rules."""
import json
import subprocess

# What the program is asked for, and how many candidates a fix it must come to.
KINDS = {
    "fences-0": ("0", 0, 0),
    "fences-100": ("100", 0.9, 2),
    "fences-10k": ("10000", 0.9, 2),
    "fences-forty": ("forty", 40, 40),
    "fences-near": ("near", 0.9, 2),
    "fences-corridor": ("corridor", 0.1, 1),
}


def fences(bench):
    for name in [kind for kind in KINDS if kind in bench.wanted]:
        asked, least, most = KINDS[name]
        run = json.loads(subprocess.run([bench.program("bench/fold_fences"), asked],
                                        stdout=subprocess.PIPE, check=True).stdout)
        if not least <= run["candidates"] <= most:
            raise RuntimeError(f"{name}: {run['candidates']} candidates a fix")
        bench.report(name, run["us"], f"CPU us a fix: {run['fixes']} fixes, {run['crossings']} "
                     f"crossings, {run['candidates']} candidates a fix", run["floor_us"])
