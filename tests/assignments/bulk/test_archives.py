"""What is no honest ZIP of documents is refused from its directory; manifests are read as people write them."""

import io
import struct
import zipfile
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.bulk.archive import Archive, BrokenMember
from assignments.bulk.manifest import NAMES, as_form, read_manifest
from assignments.bulk.rules import (
    MOST_DIRECTORY_BYTES,
    MOST_MEMBERS,
    Member,
    UnusableDelivery,
    check_end,
    check_members,
)
from storage.cobblestone import SealedReader
from storage.envelope import seal
from tests.assignments.bulk.packing import NOTE, deliver, line, manifest, pack
from tests.cast import House
from tests.conftest import Sql

KEY, PLACE = b"k" * 32, b"place"


def opened(content: bytes) -> Archive:
    """The ZIP, sealed and read through the random-access reader."""
    sealed = seal(KEY, content, PLACE)
    return Archive(SealedReader(lambda start, stop: sealed[start:stop], len(sealed), KEY, PLACE))


def member(name: str = "a.pdf", **changes: int) -> Member:
    values = {"size": 100, "packed": 90, "method": 8, "flags": 0, **changes}
    return Member(name, values["size"], values["packed"], values["method"], values["flags"], name.endswith("/"))


MANIFEST = member("manifest.csv")


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ([MANIFEST, member(flags=1)], "password"),
        ([MANIFEST, member(flags=0x41)], "password"),
        ([MANIFEST, member(method=14)], "unusual way"),
        ([MANIFEST, member("../a.pdf")], "leads elsewhere"),
        ([MANIFEST, member("/etc/passwd")], "leads elsewhere"),
        ([MANIFEST, member("C:/a.pdf")], "leads elsewhere"),
        ([MANIFEST, member("x\\a.pdf")], "leads elsewhere"),
        ([MANIFEST, member("a/b/c/d/e.pdf")], "leads elsewhere"),
        ([MANIFEST, member("a\n.pdf")], "leads elsewhere"),
        ([MANIFEST, member(), member()], "same name"),
        ([MANIFEST, member("A.PDF"), member("a.pdf")], "same name"),
        ([MANIFEST, member(size=1 << 30, packed=1 << 20)], "far larger"),
        ([MANIFEST, *(member(f"{n}.pdf", size=40 << 20, packed=1 << 20) for n in range(120))], "far larger"),
        ([MANIFEST, *(member(f"{n}.txt", size=900_000, packed=4000) for n in range(300))], "far larger"),
        ([member(), member("b.pdf")], "no manifest.csv"),
        ([MANIFEST, member("deep/manifest.csv")], "more than one"),
        ([MANIFEST] * (MOST_MEMBERS + 1), "more than"),
    ],
)
def test_directories_that_are_refused(members: list[Member], said: str) -> None:
    with pytest.raises(UnusableDelivery, match=said):
        check_members(members)


def test_litter_and_folders_are_no_files() -> None:
    found = check_members(
        [member("out/"), member("out/Manifest.CSV"), member("out/a.pdf"), member("__MACOSX/out/._a.pdf"),
         member("out/.DS_Store"), member("out/more/b.pdf")]
    )  # fmt: skip
    assert found == {"Manifest.CSV": 1, "a.pdf": 2, "more/b.pdf": 5}


def test_a_directory_that_says_it_is_huge_is_not_read() -> None:
    for members, size in ((MOST_MEMBERS + 1, 100), (10, MOST_DIRECTORY_BYTES + 1), (0xFFFF, 0xFFFFFFFF)):
        end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, members, members, size, 0, 0)
        with pytest.raises(UnusableDelivery, match="more than"):
            check_end(b"x" * 50 + end)
    with pytest.raises(UnusableDelivery, match="more than"):
        check_end(b"PK\6\7" + b"\0" * 16 + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 46, 0, 0))
    with pytest.raises(UnusableDelivery, match="not a ZIP"):
        check_end(b"no zip at all")


@given(st.binary(max_size=300), st.integers(0, 400))
def test_whatever_comes_is_opened_or_refused(noise: bytes, at: int) -> None:
    content = pack([line(1)])
    for one in (noise, content[:at] + noise + content[at:], content[: len(content) - at]):
        try:
            archive = opened(one)
        except UnusableDelivery:
            continue
        assert len(archive.names) <= 1


async def test_a_member_that_lies_about_itself_ends_where_it_said(house: House, sql: Sql) -> None:
    """A file that unpacks to more than it declares is damaged: nothing past the declared size is ever handed out."""
    content = bytearray(pack([line(1)], {"note-1.txt": b"a" * 5_000_000}))
    for signature, place in ((b"PK\1\2", 24), (b"PK\3\4", 22)):  # size in the directory and before the file
        at = content.rfind(signature)
        content[at + place : at + place + 4] = struct.pack("<L", 1000)
    held = bytearray()

    async def read_all() -> None:
        async for piece in opened(bytes(content)).read("note-1.txt"):
            held.extend(piece)

    with pytest.raises(BrokenMember):
        await read_all()
    assert len(held) <= 1000


async def test_a_zip_in_a_zip_is_a_file_that_is_refused(
    house: House, sql: Sql, work: Callable[[], Awaitable[None]]
) -> None:
    delivery_id = await deliver(house.clara, pack([line(1, file="inner.zip")], {"inner.zip": pack([line(2)])}))
    await work()
    [row] = await sql("SELECT state, refusal FROM delivery_line WHERE delivery_id = $1", delivery_id)
    assert row["state"] == "refused"
    assert "ZIP archive" in row["refusal"]


async def test_a_zip_that_is_none_is_refused_as_a_whole(
    house: House, sql: Sql, work: Callable[[], Awaitable[None]]
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("a.txt", NOTE)
    for content, said in ((b"PK\x03\x04" + b"x" * 99, "not a ZIP"), (out.getvalue(), "no manifest.csv")):
        delivery_id = await deliver(house.clara, content)
        await work()
        [row] = await sql("SELECT state, refusal FROM delivery WHERE id = $1", delivery_id)
        assert row["state"] == "refused"
        assert said in row["refusal"]
    assert not await sql("SELECT 1 FROM chart")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_manifests_as_programs_write_them(delimiter: str, encoding: str) -> None:
    raw = manifest([line(1, provider="José Núñez, MD")], delimiter=delimiter).decode().encode(encoding)
    [found] = read_manifest(raw)
    assert found.values["provider"] == "José Núñez, MD"
    assert found.file == "note-1.txt"


def test_headers_in_other_words_and_other_order() -> None:
    raw = (
        b'\r\n"Patient Name",DOB,M.R.N.,Filename,Visit #,Dept,DOS,Rendering Provider,Room\r\n'
        b'"Sample, Pat",05/04/1961,1,.\\a.pdf,E1,Radiology,2026-09-14,Ida,7\r\n\r\n'
    )
    raw = raw.replace(b"Visit #", b"Visit Number").replace(b"Dept", b"Department")
    [found] = read_manifest(raw)
    assert found.file == "a.pdf"
    assert set(found.values) == {
        "patient_name", "born_on", "mrn", "file", "encounter_number", "service_line", "service_on", "provider"
    }  # fmt: skip
    assert found.values["patient_name"] == "Sample, Pat"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "no header"),
        (b"a,b,c\n1,2,3\n", "no header"),
        (b"%PDF-1.7\0\xff", "no text"),
        (manifest([line(1)]).replace(b"mrn", b"unknown"), "no column for mrn"),
        (manifest([line(1)]).splitlines()[0], "no lines"),
        (manifest([line(1)]).replace(b"payer", b"MRN"), "two columns for mrn"),
        (manifest([line(n) for n in range(2001)]), "more than 2000"),
    ],
)
def test_manifests_that_are_refused(raw: bytes, said: str) -> None:
    with pytest.raises(UnusableDelivery, match=said):
        read_manifest(raw)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-09-14", "2026-09-14"), ("09/14/2026", "2026-09-14"), ("9/4/2026", "2026-09-04"),
        ("20260914", "2026-09-14"), ("14-Sep-2026", "2026-09-14"), ("Sep 14, 2026", "2026-09-14"),
        ("2026-09-14T08:30:00", "2026-09-14"), ("9/14/2026 0:00", "2026-09-14"),
        ("14/09/2026", "14/09/2026"), ("09/14/26", "09/14/26"), ("", ""),
    ],
)  # fmt: skip
def test_days_as_programs_write_them(written: str, day: str) -> None:
    """What could mean two days is left as it is, to be refused."""
    assert as_form({"born_on": written})["born_on"] == day


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=40)))
def test_any_line_reads_as_a_form(values: dict[str, str]) -> None:
    form = as_form(values)
    assert set(form) == set(NAMES) - {"file"}
    assert form["stat"] in ("", "1")
