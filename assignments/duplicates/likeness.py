"""How alike two texts are: a MinHash signature of their passages under a key, and the bands by which it is found."""

import hashlib
import hmac
import re
import struct
import unicodedata

import numpy as np
from numpy.typing import NDArray

Signature = NDArray[np.uint64]

#: Words in a row that make one passage.
PASSAGE = 3
#: Values of a signature; the estimate of a likeness is off by about 1 / √VALUES at most.
VALUES = 128
#: A signature is looked up by this many bands of VALUES / BANDS values each. With 32 of 4, texts that share three
#: quarters of their passages meet in some band with all but certainty, those that share a third in one case of three;
#: the estimate then decides.
BANDS = 32
#: From here on texts count as nearly the same (measured in ADR 0017).
THRESHOLD = 0.75
#: Shorter texts are alike by nature: "No acute findings" is said of many patients.
FEWEST_PASSAGES = 40
#: Of a longer text its beginning speaks for it.
_MOST_WORDS = 50_000

_SEED = 20_261  # of the permutations; what makes a signature a client's own is the key of its passages


def passages(text: str) -> set[str]:
    """The passages of a text: words in a row, in small letters, every number the same.

    Dates, ages and measured values are what a copied note is adapted by, so they make no difference.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = ["0" if word.isdecimal() else word for word in re.findall(r"[^\W\d_]+|\d+", folded)[:_MOST_WORDS]]
    return {" ".join(words[start : start + PASSAGE]) for start in range(len(words) - PASSAGE + 1)}


def sign(key: bytes, found: set[str]) -> Signature:
    """The signature of a text's passages, of which there is at least one; `key` has 32 bytes."""
    from datasketch import MinHash  # noqa: PLC0415 - it takes seconds: only a worker pays, and only once

    def keyed(passage: bytes) -> int:
        return int.from_bytes(hashlib.blake2b(passage, digest_size=4, key=key).digest(), "little")

    made = MinHash(num_perm=VALUES, seed=_SEED, hashfunc=keyed)
    made.update_batch([passage.encode() for passage in found])
    values: Signature = made.hashvalues
    return values


def bands(key: bytes, signature: Signature) -> list[bytes]:
    """The signature's bands, each a keyed hash of 16 bytes: equal ones are found by an index and tell nothing."""
    rows = VALUES // BANDS
    return [
        hmac.digest(key, struct.pack(">H", band) + signature[band * rows : (band + 1) * rows].tobytes(), "sha256")[:16]
        for band in range(BANDS)
    ]


def likeness(one: Signature, other: Signature) -> float:
    """The estimated share of passages that two texts have in common, from 0 to 1."""
    return float(np.count_nonzero(one == other)) / VALUES


def pack(signature: Signature) -> str:
    """The signature as it is sealed."""
    return str(signature.astype(">u4").tobytes().hex())


def unpack(packed: str) -> Signature:
    """The signature that was packed."""
    values: Signature = np.frombuffer(bytes.fromhex(packed), dtype=">u4").astype(np.uint64)
    return values
