"""The sealed format written out once more from its specification, so that library and reader have a third opinion."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

HEADER, SEALED_CHUNK = 56, 16384 + 16


def sealed_by_the_book(key: bytes, plain: bytes, place: bytes, salt: bytes) -> bytes:
    """`plain` sealed under `key` for `place`, with this salt."""
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + place
    material = HKDFExpand(hashes.SHA512(), 76, info).derive(key)
    pieces = [salt, material[44:]]
    for number in range(len(plain) // 16384 + 1):
        nonce = int.from_bytes(material[32:44], "big") ^ number
        piece = plain[number * 16384 : (number + 1) * 16384]
        pieces.append(AESGCM(material[:32]).encrypt(nonce.to_bytes(12, "big"), piece, None))
    return b"".join(pieces)
