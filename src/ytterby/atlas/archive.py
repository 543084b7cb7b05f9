"""Opening an archive from elsewhere: nothing is taken out before the whole list of members has been looked at.

Refused: names that lead out of the archive (absolute, with a drive, ``..`` or a backslash), links, encrypted members,
two members of one name, more members or bytes than a limit, and bombs (a member that grows more than a publisher's
table ever does). While a member is copied the bytes are counted again, because its header may lie.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ytterby.core.errors import Fault, InputError, printable

_CHUNK = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may hold: members, bytes in all when unpacked, and growth of members over 1 MB."""

    members: int = 1000
    unpacked: int = 30_000_000_000
    growth: int = 200


def members(path: Path, limits: Limits = Limits()) -> tuple[zipfile.ZipInfo, ...]:
    """Return the members of the zip file `path`; raise with every fault found when it is not safe to open."""
    try:
        with zipfile.ZipFile(path) as opened:
            found = tuple(info for info in opened.infolist() if not info.is_dir())
    except (*_BROKEN, OSError) as cause:
        raise InputError(Fault(path.name, f"a file that does not open ({cause})", "a zip archive")) from None
    faults = [*_size_faults(path, found, limits)]
    for info in found:
        faults += _member_faults(path, info, limits)
    if faults:
        raise InputError(faults)
    return found


def copy(path: Path, member: zipfile.ZipInfo, target: IO[bytes]) -> int:
    """Copy one member of a looked-at archive to `target`; return its bytes. More than its header says is refused."""
    place = f"{path.name}, member {printable(member.filename, 80)}"
    done = 0
    try:
        with zipfile.ZipFile(path) as opened, opened.open(member) as source:
            while chunk := source.read(_CHUNK):
                done += len(chunk)
                if done > member.file_size:
                    raise InputError(Fault(place, f"more than {member.file_size:,} bytes", "what its header says"))
                target.write(chunk)
    except _BROKEN as cause:
        raise InputError(Fault(place, f"a member that does not unpack ({cause})", "an undamaged archive")) from None
    if done != member.file_size:
        raise InputError(Fault(place, f"{done:,} bytes", f"{member.file_size:,}, as its header says"))
    return done


def _size_faults(path: Path, found: tuple[zipfile.ZipInfo, ...], limits: Limits) -> Iterator[Fault]:
    if not found:
        yield Fault(path.name, "an archive without files", "the publisher's files")
    if len(found) > limits.members:
        yield Fault(path.name, f"{len(found):,} members", f"at most {limits.members:,}")
    total = sum(info.file_size for info in found)
    if total > limits.unpacked:
        yield Fault(path.name, f"{total:,} bytes when unpacked", f"at most {limits.unpacked:,}")
    for name, count in Counter(info.filename for info in found).items():
        if count > 1:
            yield Fault(path.name, f"{count} members called {printable(name, 80)}", "one of each name")


def _member_faults(path: Path, info: zipfile.ZipInfo, limits: Limits) -> Iterator[Fault]:
    place = f"{path.name}, member {printable(info.filename, 80)}"
    parts = info.filename.split("/")
    # `orig_filename` still has the backslash that zipfile turns into a slash on Windows.
    name = info.orig_filename
    if name.startswith(("/", "\\")) or ".." in parts or "\\" in name or ":" in parts[0] or "\0" in name:
        yield Fault(place, "a path that leads out of the archive", "a plain name")
    if stat.S_ISLNK(info.external_attr >> 16):
        yield Fault(place, "a link", "a file")
    if info.flag_bits & 1:
        yield Fault(place, "an encrypted member", "a file that opens without a password")
    if info.file_size > _CHUNK and info.file_size > limits.growth * max(info.compress_size, 1):
        grown = info.file_size // max(info.compress_size, 1)
        yield Fault(place, f"a member that grows {grown:,} times", f"at most {limits.growth} times")
