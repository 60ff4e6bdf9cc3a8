#!/usr/bin/env bash
# Build the environment: environment.sh PYTHON VENV core|dev
# Says in one line what to install when something is missing. Uses uv where it is there, pip where it is not.
set -eu -o pipefail
python=$1 venv=$2 which=$3

say() { printf 'rackmath: %s\n' "$1" >&2; exit 1; }

command -v "$python" >/dev/null 2>&1 ||
  say "there is no '$python'; install Python 3.11 or newer (Debian and Ubuntu: apt-get install python3), or set PYTHON=/path/to/python3"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  say "'$python' is Python $("$python" -c 'import platform; print(platform.python_version())'); 3.11 or newer is needed: set PYTHON=/path/to/python3.11"

# An environment that was begun and not finished (or made by another Python) is made anew.
if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  rm -rf "$venv"
fi

lock=requirements/$which.lock
if command -v uv >/dev/null 2>&1; then
  [ -d "$venv" ] || uv venv -q --python "$python" "$venv"
  uv pip install -q --compile-bytecode --python "$venv/bin/python" --require-hashes -r "$lock"
  uv pip install -q --python "$venv/bin/python" --no-deps -e .
else
  "$python" -c 'import ensurepip, venv' 2>/dev/null ||
    say "this Python cannot make environments; install its venv support (Debian and Ubuntu: apt-get install python3-venv), or install uv"
  [ -d "$venv" ] || { printf 'building %s (once)\n' "$venv" >&2; "$python" -m venv "$venv"; }
  "$venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r "$lock"
  "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps -e .
fi
# Bytecode now, so that the first command is as fast as the second, also where Python is told not to write any.
"$venv/bin/python" -m compileall -q src
touch "$venv/.core"
[ "$which" = core ] || touch "$venv/.dev"
