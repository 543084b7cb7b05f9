#!/bin/sh
# Make the virtual environment .venv and install Ytterby into it.
# Usage: tools/set_up.sh [EXTRAS]     for example: tools/set_up.sh dev
# The environment variable PYTHON names the interpreter to use; otherwise the newest suitable one is found.
set -eu
cd "$(dirname "$0")/.."
extras=${1:+[$1]}

suitable() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

can_make_environments() {
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1
}

stop() {
    printf '%s\n' "$@" >&2
    exit 1
}

find_python() {
    without_venv=
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3 python3.14 python}; do
        if ! suitable "$candidate"; then continue; fi
        if can_make_environments "$candidate"; then
            echo "$candidate"
            return
        fi
        without_venv=$candidate
    done
    if [ -n "$without_venv" ]; then
        version=$("$without_venv" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        stop "Ytterby needs Python's venv module, and $without_venv (Python $version) has none (or no ensurepip)." \
            "Install it, then run make again:" \
            "  Debian, Ubuntu:  sudo apt install python3-venv     (or python$version-venv)" \
            "  others:          install Python from https://www.python.org/downloads/"
    fi
    found=$(${PYTHON:-python3} --version 2>&1 || true)
    stop "Ytterby needs Python 3.11 or newer; found: ${found:-no python3 at all}." \
        "Install it, then run make again:" \
        "  Debian, Ubuntu:  sudo apt install python3 python3-venv" \
        "  Fedora:          sudo dnf install python3" \
        "  macOS:           brew install python" \
        "  others:          https://www.python.org/downloads/" \
        "If it is installed under another name:  make PYTHON=/path/to/python3"
}

if ! suitable .venv/bin/python || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    echo "Making .venv with $("$python" --version) ..."
    rm -rf .venv
    "$python" -m venv .venv || stop "$python could not make .venv; its message is above."
fi

echo "Installing Ytterby and what it needs into .venv (the first time takes a minute) ..."
.venv/bin/python -m pip install --quiet --disable-pip-version-check --editable ".$extras" ||
    stop "" "pip could not install Ytterby; its message is above." \
        "Most often the machine has no way to a package index: check the network, or set PIP_INDEX_URL or" \
        "PIP_FIND_LINKS to an index or folder of wheels you can reach, and run make again."
