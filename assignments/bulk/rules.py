"""What a ZIP may hold, and which of its members are files: decided from its directory alone. Pure."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LARGEST_DELIVERY = 600_000_000  # bytes
MOST_LINES = 2000
MOST_MEMBERS = 4000
MOST_DIRECTORY_BYTES = 4 << 20
MOST_UNPACKED_BYTES = 4 << 30
#: Text packs 10 to 20 times; what packs far better is no document.
MOST_RATIO = 200
SMALL_BYTES = 1 << 20  # below this a ratio says nothing
DEEPEST = 4
MANIFEST = "manifest.csv"
LONGEST_MANIFEST = 4 << 20  # bytes

_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_NOT_FILES = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")

END_BYTES = 22 + 65535
_END = struct.Struct("<4s4H2LH")

NOT_A_ZIP = "This is not a ZIP that can be opened. Pack the files and manifest.csv again and send that."
TOO_BIG_INSIDE = "What is inside this ZIP is far larger than charts are. Send the documents in several ZIPs."


class UnusableDelivery(Exception):
    """The whole delivery cannot be taken in; the message is a sentence for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of a ZIP's directory, as it declares itself."""

    name: str
    size: int  # bytes unpacked
    packed: int  # bytes in the ZIP
    method: int
    flags: int
    is_folder: bool


def check_end(tail: bytes) -> None:
    """Look at a ZIP's last END_BYTES before anything reads its directory; raises UnusableDelivery.

    A directory that says it is huge would be read into memory whole (APPNOTE.TXT 4.3.16).
    """
    at = len(tail) - 22 if tail[-22:-18] == b"PK\5\6" and tail[-2:] == b"\0\0" else tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < 22:
        raise UnusableDelivery(NOT_A_ZIP)
    _, _, _, _, members, directory, _, _ = _END.unpack_from(tail, at)
    if tail[max(0, at - 20) : at].startswith(b"PK\6\7") or members > MOST_MEMBERS or directory > MOST_DIRECTORY_BYTES:
        raise UnusableDelivery(f"This ZIP holds more than {MOST_MEMBERS} files. Send them in several ZIPs.")


def check_members(members: Sequence[Member]) -> dict[str, int]:
    """The places of a ZIP's files in its directory, by name below the folder of the manifest.

    Raises UnusableDelivery for what only an attack or a mistake contains: encryption, paths that lead elsewhere, names
    that come twice, and far more bytes than a ZIP of documents unpacks to.
    """
    if len(members) > MOST_MEMBERS:
        raise UnusableDelivery(f"This ZIP holds more than {MOST_MEMBERS} files. Send them in several ZIPs.")
    files = {place: one for place, one in enumerate(members) if not one.is_folder and not _is_litter(one.name)}
    for one in files.values():
        _check_member(one)
    unpacked, packed = sum(one.size for one in files.values()), sum(one.packed for one in files.values())
    if unpacked > MOST_UNPACKED_BYTES or unpacked > MOST_RATIO * max(packed, SMALL_BYTES):
        raise UnusableDelivery(TOO_BIG_INSIDE)
    folder = _manifest_folder(one.name for one in files.values())
    named = {one.name.removeprefix(folder): place for place, one in files.items()}
    if len({name.casefold() for name in named}) < len(files):
        raise UnusableDelivery(
            "Two files in this ZIP have the same name, so a line of the manifest could mean either. Rename one of them."
        )
    return named


def _check_member(one: Member) -> None:
    if one.flags & _ENCRYPTED:
        raise UnusableDelivery(
            "The ZIP is protected with a password. Pack it without one: it is sealed when it arrives here."
        )
    if one.method not in (_STORED, _DEFLATED):
        raise UnusableDelivery("The ZIP is packed in an unusual way. Pack it with the ordinary method (Deflate).")
    parts = one.name.split("/")
    odd = "\\" in one.name or ":" in parts[0] or any(ord(letter) < 32 for letter in one.name)
    if odd or len(parts) > DEEPEST or any(part in ("", ".", "..") for part in parts):
        raise UnusableDelivery(
            "A file in this ZIP has a path that leads elsewhere or too deep. Put all files in one folder and pack that."
        )
    if one.size > SMALL_BYTES and one.size > MOST_RATIO * max(one.packed, 1):
        raise UnusableDelivery(TOO_BIG_INSIDE)


def _manifest_folder(names: Iterable[str]) -> str:
    found = sorted((name for name in names if name.rpartition("/")[2].casefold() == MANIFEST), key=len)
    if not found:
        raise UnusableDelivery(
            "There is no manifest.csv in this ZIP. Download the template, write a line for each file, and pack it too."
        )
    if len(found) > 1:
        raise UnusableDelivery("There is more than one manifest.csv in this ZIP. Keep one of them.")
    return found[0][: -len(MANIFEST)]


def _is_litter(name: str) -> bool:
    lowered = name.casefold()
    return lowered.startswith("__macosx/") or lowered.rpartition("/")[2] in _NOT_FILES
