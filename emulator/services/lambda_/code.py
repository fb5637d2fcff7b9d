"""A function's code on disk.

Zip files are unpacked into a directory that the emulator removes again.  The local form, ``S3Bucket`` ``__local__``
with an absolute directory as ``S3Key``, runs the files where they are, so that an edit is the next invocation's code.
"""

from __future__ import annotations

import base64
import hashlib
import io
import lzma
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from emulator.core.errors import AwsError
from emulator.services.lambda_ import errors

MAX_ZIPPED = 52_428_800
MAX_UNZIPPED = 262_144_000
LOCAL_BUCKET = "__local__"
FETCHED = "Fetched"
"""The member that holds what an object of a bucket contains; limits on uploads do not apply to it."""
EMPTY_ZIP = b"PK\x05\x06" + bytes(18)


@dataclass(frozen=True, slots=True)
class Code:
    """One version of a function's code.  ``size`` in bytes and ``sha256`` in base64 as AWS shows them."""

    directory: Path
    archive: bytes
    size: int
    sha256: str
    identity: str
    """Differs between any two uploads."""
    local: bool = False
    kms_key: str = ""
    """``SourceKMSKeyArn``: kept and shown only."""


class CodeArea:
    """Where zip files are unpacked; one per emulator."""

    def __init__(self) -> None:
        self._root: Path | None = None
        self._count = 0

    def next_directory(self) -> Path:
        if self._root is None:
            self._root = Path(tempfile.mkdtemp(prefix="emulator-code-")).resolve()
        self._count += 1
        directory = self._root / str(self._count)
        directory.mkdir()
        return directory

    def close(self) -> None:
        if self._root is not None:
            shutil.rmtree(self._root, ignore_errors=True)
            self._root = None


def read_code(source: Mapping[str, Any], area: CodeArea, enforce: bool, identity: str) -> Code:
    """The code that a ``FunctionCode`` structure (or UpdateFunctionCode) names.

    Raises InvalidParameterValueException with AWS's texts for zips, and with ours for sources that do not exist here.
    """
    if source.get("ImageUri"):
        raise errors.not_emulated("A container image", _OTHER_WAYS)
    for member in ("S3ObjectVersion", "S3ObjectStorageMode"):
        if source.get(member):
            raise errors.not_emulated(member, "leave it out.")
    data = source.get(FETCHED)
    if source.get("ZipFile") is not None:
        data = source["ZipFile"]
        if enforce and len(data) > MAX_ZIPPED:
            raise AwsError("RequestEntityTooLargeException", f"Zipped size must be smaller than {MAX_ZIPPED} bytes")
    if data is not None:
        return replace(_unzip(data, area, enforce, identity), kms_key=source.get("SourceKMSKeyArn") or "")
    if source.get("S3Bucket") == LOCAL_BUCKET:
        return _local(str(source.get("S3Key") or ""), identity)
    if source.get("S3Bucket"):
        raise errors.not_emulated(f"Code in the S3 bucket {source['S3Bucket']} without moto", _OTHER_WAYS)
    raise errors.invalid_value("Please provide a source for function code.")


_OTHER_WAYS = (
    f"pass the code as ZipFile, or run it from a local directory with S3Bucket {LOCAL_BUCKET!r} and the absolute "
    "directory as S3Key"
)


def _local(key: str, identity: str) -> Code:
    directory = Path(key)
    if not directory.is_absolute() or not directory.is_dir():
        raise errors.invalid_value(f"S3Key {key!r} is not an absolute path of a directory (S3Bucket {LOCAL_BUCKET!r}).")
    return Code(directory.resolve(), EMPTY_ZIP, 0, _digest(EMPTY_ZIP), identity, local=True)


def _unzip(data: bytes, area: CodeArea, enforce: bool, identity: str) -> Code:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if enforce and sum(entry.file_size for entry in entries) > MAX_UNZIPPED:
                raise errors.invalid_value(f"Unzipped size must be smaller than {MAX_UNZIPPED} bytes")
            directory = area.next_directory()
            for entry in entries:
                _extract(archive, entry, directory)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError):
        raise errors.invalid_value(
            "Could not unzip uploaded file. Please check your file, then try to upload again."
        ) from None
    return Code(directory, data, len(data), _digest(data), identity)


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, directory: Path) -> None:
    path = Path(archive.extract(entry, directory))
    if stat.S_ISLNK(entry.external_attr >> 16):
        _link(path, directory)
        return
    mode = entry.external_attr >> 16 & 0o777
    if mode and path.is_file():
        path.chmod(mode | 0o600)  # executables stay executable, and removable


def _link(path: Path, directory: Path) -> None:
    """A symbolic link was unpacked as a file that holds where it leads; one that leads out of the code stays a file."""
    target = path.read_bytes().decode()
    if target and (path.parent / target).resolve().is_relative_to(directory) and not Path(target).is_absolute():
        path.unlink()
        path.symlink_to(target)


def _digest(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()
