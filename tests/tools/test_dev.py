"""The one command of the project: where it is mistyped, and what shares out the parts of a run."""
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_an_unknown_command_is_named():
    done = subprocess.run([ROOT / "dev", "nonsense"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("dev: nonsense: no such command\nusage: ./dev COMMAND\n")


def test_two_lanes_run_every_part_once(tmp_path):
    text = (ROOT / "dev").read_text()
    lanes = text[text.index("\nlane_of() {") : text.index("\nparts_all=")]
    script = f"""set -euo pipefail
results=$0
{lanes}
part() {{ echo "$1"; }}
lane "${{parts_plain[*]}}" "$@" & lane "${{parts_sanitized[*]}}" "$@"; wait"""
    parts = ["check", "kills", "valhalla", "pages", "asan", "tsan", "unit"]
    for chosen in (parts, ["unit"], ["tsan", "check"]):
        results = tmp_path / "-".join(chosen)
        results.mkdir()
        done = subprocess.run(
            ["bash", "-c", script, results, *chosen], capture_output=True, text=True, check=True
        )
        assert sorted(done.stdout.split()) == sorted(chosen)
