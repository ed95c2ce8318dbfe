"""What somebody with the database or the store in their hands can change is noticed before it is taken for true."""

import hashlib
import random
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from portal.actor import WORKER
from portal.database import DB, acting_as
from portal.ids import new_id
from storage.blobs import confirm_blob, find_blob, read_blob, read_whole_blob, write_blob
from storage.envelope import SealBroken, SealedReader, context, open_stream, sealed_size, unseal
from storage.objects import ObjectMissing
from storage.providers import KeyDestroyed
from storage.rotating import rotate_key
from storage.vault import VAULT
from tests.cast import Client, House
from tests.conftest import Sql
from tests.storage.by_the_book import HEADER, SEALED_CHUNK

CHUNK = 16384
#: Longer than one range of the reader and one piece of the stream, and no multiple of anything.
PLAIN = hashlib.shake_256(b"a patient's record").digest(20 * CHUNK + 777)


async def _store(client: Client, owner_id: UUID, plain: bytes = PLAIN) -> UUID:
    async def once() -> AsyncIterator[bytes]:
        yield plain

    blob = await write_blob(WORKER, once(), client_id=client.id, owner_id=owner_id, kind="original", most=10**6)
    async with acting_as(WORKER):
        await confirm_blob(blob)
    return blob.id


class Pair:
    """A blob's row and its object, and both ways to read it."""

    def __init__(self, sql: Sql, documents: Path, row: Any) -> None:
        self.sql, self.id, self.row = sql, UUID(bytes=row["id"].bytes), row
        self.path = documents / row["store_key"]
        self.sealed = self.path.read_bytes()

    async def change(self, **columns: Any) -> None:
        for name, value in columns.items():
            await self.sql(f"UPDATE blob SET {name} = $2 WHERE id = $1", self.id, value)

    def put(self, sealed: bytes) -> None:
        self.path.write_bytes(sealed)

    async def stream(self) -> tuple[bytes, bool]:
        """What reading from the start hands out, and whether it ended well."""
        given = bytearray()
        try:
            async with acting_as(WORKER):
                blob = await find_blob(self.id)
            async for piece in read_blob(blob):
                given += piece
        except SealBroken:
            return bytes(given), False
        return bytes(given), True

    async def jump(self) -> tuple[bytes, bool]:
        """What random access hands out."""
        async with acting_as(WORKER):
            blob = await find_blob(self.id)
        try:
            reader = SealedReader(
                lambda start, stop: VAULT.store.read_range(blob.store_key, start, stop), blob.sealed_size, blob.key,
                blob.context,
            )  # fmt: skip
            return reader.read(), True
        except SealBroken:
            return b"", False

    async def is_refused(self) -> bool:
        """True if neither way takes it for whole, and nothing but a true beginning was handed out."""
        given, ended = await self.stream()
        assert PLAIN.startswith(given)
        assert len(given) % CHUNK == 0 or ended
        return not ended and not (await self.jump())[1]


@pytest.fixture
async def pairs(house: House, sql: Sql, tmp_path: Path) -> dict[str, Pair]:
    """Blobs of equal content: two of one document, one of another document, one of another client."""
    owner = new_id()
    made = {
        "ours": await _store(house.north, owner), "sibling": await _store(house.north, owner),
        "other document": await _store(house.north, new_id()), "other client": await _store(house.south, new_id()),
    }  # fmt: skip
    found = {name: (await sql("SELECT * FROM blob WHERE id = $1", blob_id))[0] for name, blob_id in made.items()}
    return {name: Pair(sql, tmp_path / "documents", row) for name, row in found.items()}


async def test_untouched_it_reads_as_it_was(pairs: dict[str, Pair]) -> None:
    for pair in pairs.values():
        assert await pair.stream() == await pair.jump() == (PLAIN, True)
        assert len(pair.sealed) == pair.row["sealed_size"] == sealed_size(len(PLAIN))


async def test_every_flipped_bit_of_a_sample_is_noticed(pairs: dict[str, Pair]) -> None:
    ours, dice = pairs["ours"], random.Random(1)
    chunks = [HEADER + number * SEALED_CHUNK for number in range(21)]
    places = [0, 23, 24, 55, *chunks, *(place + SEALED_CHUNK - 1 for place in chunks[:-1]), len(ours.sealed) - 1,
              *(dice.randrange(len(ours.sealed)) for _ in range(30))]  # fmt: skip
    for place in places:
        broken = bytearray(ours.sealed)
        broken[place] ^= 1 << dice.randrange(8)
        ours.put(bytes(broken))
        assert await ours.is_refused(), place


async def test_cuts_at_and_beside_every_chunk_and_additions_are_noticed(pairs: dict[str, Pair]) -> None:
    ours = pairs["ours"]
    boundaries = [HEADER + number * SEALED_CHUNK for number in range(21)]
    cuts = {boundary + step for boundary in [0, 24, *boundaries, len(ours.sealed)] for step in (-1, 0, 1)}
    for cut in sorted(cut for cut in cuts if 0 <= cut < len(ours.sealed)):
        ours.put(ours.sealed[:cut])
        assert await ours.is_refused(), cut
        # Whoever holds the database as well makes the recorded size fit.
        await ours.change(sealed_size=max(cut, 1))
        assert await ours.is_refused(), cut
        await ours.change(sealed_size=len(ours.sealed))
    for more in (b"\0", bytes(16), bytes(SEALED_CHUNK), ours.sealed[-SEALED_CHUNK:]):
        ours.put(ours.sealed + more)
        await ours.change(sealed_size=len(ours.sealed) + len(more))
        assert await ours.is_refused(), len(more)


async def test_chunks_that_are_swapped_dropped_or_repeated_are_noticed(pairs: dict[str, Pair]) -> None:
    ours, sibling = pairs["ours"], pairs["sibling"]
    chunks = [ours.sealed[HEADER + n * SEALED_CHUNK : HEADER + (n + 1) * SEALED_CHUNK] for n in range(21)]
    others = [sibling.sealed[HEADER + n * SEALED_CHUNK : HEADER + (n + 1) * SEALED_CHUNK] for n in range(21)]
    for number in range(20):
        following = (number + 1) % 20
        swapped, repeated, spliced = list(chunks), list(chunks), list(chunks)
        swapped[number], swapped[following] = swapped[following], swapped[number]
        repeated[following] = chunks[number]
        spliced[number] = others[number]  # the same words, sealed elsewhere
        inserted = [*chunks[:number], chunks[number], *chunks[number:]]
        dropped = [*chunks[:number], *chunks[number + 1 :]]
        for made in (swapped, repeated, spliced, inserted, dropped):
            sealed = ours.sealed[:HEADER] + b"".join(made)
            ours.put(sealed)
            await ours.change(sealed_size=len(sealed))
            assert await ours.is_refused(), number


@pytest.mark.parametrize("from_", ["sibling", "other document", "other client"])
async def test_an_object_or_its_key_opens_nowhere_else(pairs: dict[str, Pair], from_: str, sql: Sql) -> None:
    ours, other = pairs["ours"], pairs[from_]
    ours.put(other.sealed)
    assert await ours.is_refused()

    ours.put(ours.sealed)
    await ours.change(wrapped_key=other.row["wrapped_key"])
    for attempt in (ours.stream, ours.jump):
        if attempt == ours.stream:
            assert await attempt() == (b"", False)
        else:
            with pytest.raises(SealBroken):
                await attempt()

    ours.put(other.sealed)  # both together
    assert await ours.stream() == (b"", False)

    # Even under the other's own key, by its name, nothing fits this place.
    await sql("SET session_replication_role = replica")
    await ours.change(key_id=other.row["key_id"])
    await sql("SET session_replication_role = origin")
    assert await ours.stream() == (b"", False)


async def test_a_row_that_is_given_to_another_owner_or_client_opens_nothing(
    pairs: dict[str, Pair], house: House, sql: Sql
) -> None:
    ours, other = pairs["ours"], pairs["other document"]
    await ours.change(owner_id=other.row["owner_id"])
    assert await ours.stream() == (b"", False)
    await ours.change(owner_id=ours.row["owner_id"])
    assert await ours.stream() == (PLAIN, True)
    await sql("SET session_replication_role = replica")
    await ours.change(client_id=house.south.id)
    south = pairs["other client"].row
    await ours.change(key_id=south["key_id"])
    await sql("SET session_replication_role = origin")
    assert await ours.stream() == (b"", False)


async def test_a_row_that_points_at_another_object_opens_nothing(pairs: dict[str, Pair], sql: Sql) -> None:
    ours, other = pairs["ours"], pairs["sibling"]
    await sql("DELETE FROM blob WHERE id = $1", other.id)
    await ours.change(store_key=other.row["store_key"])
    assert await ours.is_refused()


async def test_the_old_wrapping_does_not_open_under_the_new_version(pairs: dict[str, Pair], house: House) -> None:
    ours = pairs["ours"]
    await rotate_key(WORKER, client_id=house.north.id, progress=lambda *_: None)
    assert await ours.stream() == (PLAIN, True)
    await ours.change(wrapped_key=ours.row["wrapped_key"])
    assert await ours.stream() == (b"", False)


async def test_what_is_gone_is_said_to_be_gone(pairs: dict[str, Pair], house: House, sql: Sql) -> None:
    ours = pairs["ours"]
    ours.path.unlink()
    async with acting_as(WORKER):
        blob = await find_blob(ours.id)
    with pytest.raises(ObjectMissing):
        await read_whole_blob(blob)
    await sql("UPDATE client_key SET state = 'destroyed', wrapped = NULL WHERE client_id = $1", house.north.id)
    async with acting_as(WORKER):
        assert await DB.value("SELECT 1") == 1
        with pytest.raises(KeyDestroyed):
            await find_blob(ours.id)


def _times(one: int, other: int) -> int:
    """Multiplication in the field of GHASH (NIST SP 800-38D, 6.3); the first bit is the lowest power."""
    product = 0
    for bit in range(127, -1, -1):
        if other >> bit & 1:
            product ^= one
        one = one >> 1 ^ (0xE1 << 120 if one & 1 else 0)
    return product


def _inverse(value: int) -> int:
    # By Fermat: the element to the power of 2 to the 128th, less 2.
    result, square = 1 << 127, value
    for _ in range(127):
        square = _times(square, square)
        result = _times(result, square)
    return result


def _block(key: bytes, block: bytes) -> int:
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # one block: GCM's own building stone
    return int.from_bytes(encryptor.update(block) + encryptor.finalize())


def test_one_ciphertext_that_two_keys_could_open_is_refused_to_one_of_them() -> None:
    """AES-GCM alone lets such a ciphertext be made; the commitment in the header belongs to one key."""
    place, salt = context("blob", UUID(int=1)), secrets.token_bytes(24)
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + place
    keys = [secrets.token_bytes(32) for _ in range(2)]
    derived = [HKDFExpand(hashes.SHA512(), 76, info).derive(key) for key in keys]
    first = secrets.token_bytes(32)  # two blocks of anything; the third makes both tags equal
    blocks = [int.from_bytes(first[:16]), int.from_bytes(first[16:])]
    length = int.from_bytes((0).to_bytes(8) + (48 * 8).to_bytes(8))
    sums, squares = [], []
    for material in derived:
        h, nonce = _block(material[:32], bytes(16)), material[32:44]
        total = 0
        for block in (*blocks, 0, length):
            total = _times(total ^ block, h)
        sums.append(total ^ _block(material[:32], nonce + b"\0\0\0\1"))
        squares.append(_times(h, h))
    third = _times(sums[0] ^ sums[1], _inverse(squares[0] ^ squares[1]))
    tag = sums[0] ^ _times(third, squares[0])
    chunk = first + third.to_bytes(16) + tag.to_bytes(16)

    opened = [AESGCM(material[:32]).decrypt(material[32:44], chunk, None) for material in derived]
    assert opened[0] != opened[1]  # under AES-GCM alone it is two messages
    for committed in range(2):
        sealed = salt + derived[committed][44:] + chunk
        assert unseal(keys[committed], sealed, place) == opened[committed]
        other = keys[1 - committed]
        with pytest.raises(SealBroken):
            unseal(other, sealed, place)
        with pytest.raises(SealBroken):
            list(open_stream([sealed], other, place))
        with pytest.raises(SealBroken):
            SealedReader(lambda start, stop, sealed=sealed: sealed[start:stop], len(sealed), other, place)
    with pytest.raises(InvalidTag):
        AESGCM(derived[0][:32]).decrypt(derived[0][32:44], chunk[:-1] + bytes([chunk[-1] ^ 1]), None)
