"""The folder of the user's own copy of publishers' files: where the platform keeps such things, or YTTERBY_DATA.

Nothing is made here: a folder comes into being when the first file is fetched into it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from ytterby.core.errors import Fault, InputError, printable

VARIABLE = "YTTERBY_DATA"


def data_folder(
    environment: Mapping[str, str] = os.environ, platform: str = sys.platform, home: Path | None = None
) -> Path:
    """Return the folder: YTTERBY_DATA when set, else that of the platform.

    Linux and others: ``$XDG_DATA_HOME/ytterby`` or ``~/.local/share/ytterby``; macOS: ``~/Library/Application
    Support/ytterby``; Windows: ``%LOCALAPPDATA%\\ytterby``.

    >>> data_folder({"YTTERBY_DATA": "/data/yb"}, "linux").as_posix()
    '/data/yb'
    >>> data_folder({}, "darwin", Path("/Users/ada")).as_posix()
    '/Users/ada/Library/Application Support/ytterby'
    """
    chosen = environment.get(VARIABLE, "").strip()
    if chosen:
        return _chosen(chosen)
    if platform == "win32":
        local = environment.get("LOCALAPPDATA", "").strip()
        return (Path(local) if local else _home(home) / "AppData" / "Local") / "ytterby"
    if platform == "darwin":
        return _home(home) / "Library" / "Application Support" / "ytterby"
    shared = environment.get("XDG_DATA_HOME", "").strip()
    # The XDG rules say that a relative path is to be ignored.
    return (Path(shared) if Path(shared).is_absolute() else _home(home) / ".local" / "share") / "ytterby"


def _home(home: Path | None) -> Path:
    if home is not None:
        return home
    try:
        return Path.home()
    except RuntimeError:
        raise InputError(Fault(VARIABLE, "nothing, and no home folder", "a folder for fetched files")) from None


def _chosen(text: str) -> Path:
    path = Path(text)
    if not path.is_absolute():
        raise InputError(Fault(VARIABLE, repr(printable(text, 100)), f"an absolute path, such as {path.absolute()}"))
    if path.exists() and not path.is_dir():
        raise InputError(Fault(VARIABLE, f"{printable(text, 100)}, which is a file", "a folder, new or old"))
    return path
