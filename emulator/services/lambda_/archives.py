"""The zip files behind ``Code.Location`` of functions and ``Content.Location`` of layers."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from emulator.core.ground import Ground
from emulator.services.lambda_.code import Code
from emulator.services.lambda_.store import store_of

_PATH = re.compile(r"(\d{12})/([a-z0-9-]+)/(layer:)?([A-Za-z0-9-_]+)/(LATEST|\d+)\.zip")


def archive(ground: Ground, path: str) -> bytes | None:
    """``<account>/<region>/<function>/<version>.zip``, a layer's name after ``layer:``; None when there is none."""
    code = _code(ground, path)
    if code is None:
        return None
    return _packed(code.directory) if code.local else code.archive


def _code(ground: Ground, path: str) -> Code | None:
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    account, region, is_layer, name, number = found.groups()
    store = store_of(ground, account, region)
    if is_layer:
        layer = store.layers.get(name)
        layer_version = layer.versions.get(int(number)) if layer is not None and number != "LATEST" else None
        return None if layer_version is None else layer_version.code
    function = store.functions.get(name)
    if function is None:
        return None
    version = function.latest if number == "LATEST" else function.versions.get(number)
    return None if version is None else version.code


def _packed(directory: Path) -> bytes:
    """A local directory as it is now."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as packed:
        for path in sorted(directory.rglob("*")):
            parts = path.relative_to(directory).parts
            if path.is_file() and not any(part == "__pycache__" or part.startswith(".") for part in parts):
                packed.write(path, "/".join(parts))
    return data.getvalue()
