"""Packs the two large tables of the atlas as Parquet when a wheel is built, and keeps the digest of their text.

The source tree and the sdist hold reviewable CSV; an installed package holds Parquet (zstd) of the same rows. The
digest in every result is that of the text, so it must be taken here, where the text still is. An editable install reads
the text itself and needs nothing of this.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DATA = "ytterby/atlas/data"
PACKED = ("figures", "trade")


class PackAtlas(BuildHookInterface[Any]):
    """Build hook of the wheel target."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the Parquet files to a temporary folder and put them in the wheel instead of the CSV parts."""
        if version == "editable":
            return
        sys.path.insert(0, str(Path(self.root) / "src"))
        from ytterby.atlas.load import digest, load

        folder = Path(self.root) / "src" / DATA
        self._made = tempfile.TemporaryDirectory(prefix="ytterby-atlas-")
        out = Path(self._made.name)
        atlas = load(folder)
        for name in PACKED:
            getattr(atlas, name).write_parquet(out / f"{name}.parquet", compression="zstd", compression_level=19)
        (out / "digest.txt").write_text(digest(folder) + "\n", encoding="ascii")
        build_data["force_include"] |= {str(path): f"{DATA}/{path.name}" for path in sorted(out.iterdir())}

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the temporary folder."""
        made = getattr(self, "_made", None)
        if made is not None:
            made.cleanup()
