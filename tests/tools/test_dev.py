"""The one command of the project, where it is mistyped."""
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_an_unknown_command_is_named():
    done = subprocess.run([ROOT / "dev", "nonsense"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("dev: nonsense: no such command\nusage: ./dev COMMAND\n")
