"""The repository itself: what a stranger relies on before anything is installed."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_every_target_has_a_line_of_help():
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    for target in ("demo", "serve", "test", "test-full", "lint", "fix", "docs", "bench", "new-model"):
        assert re.search(rf"^{target}\s+\S", done.stdout, re.MULTILINE), target


def test_the_environment_says_what_is_missing(tmp_path):
    script = ROOT / "tools/environment.sh"
    missing = subprocess.run(
        ["bash", script, "no-such-python", tmp_path / "venv", "core"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert missing.returncode == 1
    assert "install Python 3.11 or newer" in missing.stderr
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\ncase "$2" in *version_info*) exit 1;; *) echo 3.9;; esac\n', encoding="utf-8")
    old.chmod(0o755)
    done = subprocess.run(
        ["bash", script, old, tmp_path / "venv", "core"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "3.11 or newer is needed" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_no_venv_support_is_said_in_one_line(tmp_path):
    python = tmp_path / "python3"
    python.write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; *) exit 0;; esac\n', encoding="utf-8")
    python.chmod(0o755)
    environment = {"PATH": "/usr/bin:/bin"}  # where uv is not
    if Path("/usr/bin/uv").exists():
        pytest.skip("uv is installed system-wide here")
    done = subprocess.run(
        ["bash", ROOT / "tools/environment.sh", python, tmp_path / "venv", "core"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "python3-venv" in done.stderr


def test_both_locks_pin_everything_with_hashes():
    for name in ("core", "dev"):
        text = (ROOT / f"requirements/{name}.lock").read_text(encoding="utf-8")
        pins = re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE)
        assert "numpy" in pins
        assert text.count("--hash=sha256:") >= len(pins)
        assert "://" not in text  # no address of any host; "http" is also how a package's name may begin


def test_a_new_model_begins_red(tmp_path):
    """What `make new-model` writes runs, and its test fails until it is replaced."""
    import importlib.util
    import shutil

    spec = importlib.util.spec_from_file_location("new_model", ROOT / "tools/new_model.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.ROOT = tmp_path
    (tmp_path / "src/rackmath/models/tokens").mkdir(parents=True)
    shutil.copy(ROOT / "src/rackmath/models/tokens/__init__.py", tmp_path / "src/rackmath/models/tokens")
    assert "wrote src/rackmath/models/tokens/new_thing.py" in module.main("tokens.new_thing", "A08.1")
    source = tmp_path / "src/rackmath/models/tokens/new_thing.py"
    spec = importlib.util.spec_from_file_location("new_thing", source)
    written = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(written)
    assert written.new_thing(monthly_price=2.0).total == 2.0
    assert "wrong on purpose" in (tmp_path / "tests/models/tokens/test_new_thing.py").read_text(encoding="utf-8")
    with pytest.raises(SystemExit, match="exists already"):
        module.main("tokens.new_thing", "A08.1")
    with pytest.raises(SystemExit, match="usage"):
        module.main("../evil", "A08.1")
