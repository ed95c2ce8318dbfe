"""`chartway vectors`: published vectors are run through the product's readers, and every disagreement is told."""

import hashlib
import json
import os
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from portal.commands.vectors import command
from storage.vectors import WAYS, NoVectors, run_vectors
from tests.storage.by_the_book import HEADER, SEALED_CHUNK, sealed_by_the_book

KEY, CONTEXT, SALT = bytes(range(32)), b"test\0context", bytes(range(24))


def _message(size: int) -> bytes:
    return hashlib.shake_256(b"vector").digest(size)


def _vector(number: int, sealed: bytes, result: str, *, message: bytes | None = None, key: bytes = KEY,
            context: bytes = CONTEXT, flags: tuple[str, ...] = ()) -> dict[str, Any]:  # fmt: skip
    known = {} if message is None else {"msgLength": len(message), "msgSha512": hashlib.sha512(message).hexdigest()}
    return {"tcId": number, "comment": f"vector {number}", "key": key.hex(), "ctx": context.hex(),
            "ct": zlib.compress(sealed).hex(), "result": result, "flags": list(flags), **known}  # fmt: skip


def _vectors() -> list[dict[str, Any]]:
    """What the published file has, made by the tests' own writer."""
    made = []
    for size in (0, 7, 16383, 16384, 16385, 16 * 16384, 40 * 16384 + 5, 257 * 16384):
        message = _message(size)
        made.append(_vector(len(made) + 1, sealed_by_the_book(KEY, message, CONTEXT, SALT), "valid", message=message))
    message = _message(3 * 16384 + 9)
    sealed = sealed_by_the_book(KEY, message, CONTEXT, SALT)
    chunks = [sealed[HEADER + n * SEALED_CHUNK : HEADER + (n + 1) * SEALED_CHUNK] for n in range(4)]
    broken: list[tuple[bytes, bytes | None, tuple[str, ...]]] = [
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), message[: 3 * 16384], ()),
        (sealed[:HEADER] + chunks[1] + chunks[0] + chunks[2] + chunks[3], None, ("ValidFinalChunk",)),
        (sealed[:HEADER] + chunks[0] + chunks[0] + chunks[2] + chunks[3], message[:16384], ("ValidFinalChunk",)),
        (sealed[: HEADER + 3 * SEALED_CHUNK], message[: 3 * 16384], ()),
        (sealed + bytes(20), message[: 3 * 16384], ()),
        (sealed[:40], None, ()), (b"", None, ()), (sealed[:HEADER], None, ()),
        (bytes([sealed[0] ^ 1]) + sealed[1:], None, ()),
    ]  # fmt: skip
    for changed, prefix, flags in broken:
        made.append(_vector(len(made) + 1, changed, "invalid", message=prefix, flags=flags))
    made.append(_vector(len(made) + 1, sealed, "invalid", key=bytes(32)))
    made.append(_vector(len(made) + 1, sealed, "invalid", key=KEY[:31]))
    made.append(_vector(len(made) + 1, sealed, "invalid", key=KEY + b"x"))
    made.append(_vector(len(made) + 1, sealed, "invalid", context=b"another"))
    return made


def _write(path: Path, tests: list[dict[str, Any]], aead: str = "AEAD_AES_256_GCM") -> Path:
    groups = [{"type": "ChunkedEncryption", "aead": aead, "sha": "SHA-512", "tests": tests}]
    path.write_text(json.dumps({"algorithm": "Cobblestone-256", "numberOfTests": len(tests), "testGroups": groups}))
    return path


def test_what_the_book_writes_is_read_in_every_way(tmp_path: Path) -> None:
    made = _vectors()
    result = CliRunner().invoke(command, [str(_write(tmp_path / "vectors.json", made))])
    assert result.exit_code == 0, result.output
    assert result.output.count(f"{len(made)} of {len(made)} as published") == len(WAYS) == 4


def test_planted_wrong_expectations_are_told(tmp_path: Path) -> None:
    made = _vectors()
    made[1]["msgSha512"] = hashlib.sha512(b"something else").hexdigest()
    made[2]["msgLength"] += 1
    made[3]["result"] = "invalid"
    broken = next(vector for vector in made if vector["key"] == bytes(32).hex())
    broken.update(result="valid", msgLength=1, msgSha512="")
    result = CliRunner().invoke(command, [str(_write(tmp_path / "vectors.json", made))])
    assert result.exit_code == 1
    told = run_vectors(tmp_path / "vectors.json").mismatches
    assert {(one.vector, one.way) for one in told} == {
        *((2, way) for way in WAYS if way != "length"), *((3, way) for way in WAYS), *((4, way) for way in WAYS),
        *((broken["tcId"], way) for way in WAYS),
    }  # fmt: skip
    for one in told:
        assert f"vector {one.vector} (vector {one.vector}), {one.way}: {one.said}" in result.output


def test_a_beginning_beyond_what_is_authentic_is_told(tmp_path: Path) -> None:
    message = _message(2 * 16384)
    cut = sealed_by_the_book(KEY, message, CONTEXT, SALT)[:-1]
    told = run_vectors(_write(tmp_path / "v.json", [_vector(1, cut, "invalid", message=message[:16384])])).mismatches
    assert [(one.way, one.said) for one in told] == [("stream", "handed out 32768 bytes, of which 16384 are authentic")]
    assert not run_vectors(_write(tmp_path / "v.json", [_vector(1, cut, "invalid", message=message)])).mismatches
    other = {**_vector(1, cut, "invalid", message=message), "msgSha512": hashlib.sha512(b"").hexdigest()}
    assert [one.said for one in run_vectors(_write(tmp_path / "v.json", [other])).mismatches] == [
        "handed out another beginning"
    ]


def test_files_of_something_else_are_refused_with_a_sentence(tmp_path: Path) -> None:
    for text in ("", "[]", "{}", '{"testGroups": []}'):
        (tmp_path / "other.json").write_text(text)
        with pytest.raises(NoVectors):
            run_vectors(tmp_path / "other.json")
    _write(tmp_path / "other.json", _vectors()[:1], aead="AEAD_AES_128_GCM")
    result = CliRunner().invoke(command, [str(tmp_path / "other.json")])
    assert result.exit_code == 1
    assert "has no group with the cipher AEAD_AES_256_GCM" in result.output


def test_it_needs_neither_server_nor_settings(tmp_path: Path) -> None:
    file = _write(tmp_path / "vectors.json", _vectors()[:3])
    environment = {"PATH": os.environ["PATH"], "CHARTWAY_NO_SUCH_SETTING": "1"}  # reading the settings would refuse it
    done = subprocess.run(
        [str(Path(sys.executable).parent / "chartway"), "vectors", str(file)], cwd=tmp_path, env=environment,
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["vectors.json"]
