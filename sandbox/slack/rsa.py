"""RS256 in forty lines, so that the stand-in can sign identities without a library of ciphers.

Good enough to be verified by real clients; never to guard anything real.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass

from sandbox.slack.records import Json

E = 65537
_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
_SMALL = [p for p in range(3, 2000) if all(p % d for d in range(2, int(p**0.5) + 1))]


def base64url(data: bytes) -> str:
    """Encode as JSON Web Tokens do, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _is_prime(number: int) -> bool:
    if any(number % small == 0 for small in _SMALL):
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_passes(number, odd, twos) for _ in range(10))


def _passes(number: int, odd: int, twos: int) -> bool:
    power = pow(secrets.randbelow(number - 3) + 2, odd, number)
    for _ in range(twos):
        if power in (1, number - 1):
            return True
        power = pow(power, 2, number)
        if power == 1:
            return False
    return False


def _prime(bits: int) -> int:
    while True:
        number = secrets.randbits(bits) | (0b11 << (bits - 2)) | 1
        if number % E != 1 and _is_prime(number):
            return number


@dataclass(frozen=True)
class Key:
    """A private key and its public name."""

    modulus: int
    private: int
    name: str

    def jwk(self) -> Json:
        """Give the public half as a JSON Web Key."""
        n = self.modulus.to_bytes((self.modulus.bit_length() + 7) // 8, "big")
        e = E.to_bytes(3, "big")
        public = {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.name}
        return public | {"n": base64url(n), "e": base64url(e)}

    def token(self, claims: Json) -> str:
        """Sign claims as a JSON Web Token (RFC 8017, PKCS #1 v1.5 with SHA-256)."""
        header = {"alg": "RS256", "typ": "JWT", "kid": self.name}
        signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
        size = (self.modulus.bit_length() + 7) // 8
        digest = _SHA256 + hashlib.sha256(signed.encode()).digest()
        padded = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
        signature = pow(int.from_bytes(padded, "big"), self.private, self.modulus)
        return f"{signed}.{base64url(signature.to_bytes(size, 'big'))}"


def make_key(bits: int = 2048) -> Key:
    """Make a key; takes about a second."""
    p, q = _prime(bits // 2), _prime(bits // 2)
    return Key(p * q, pow(E, -1, (p - 1) * (q - 1)), secrets.token_hex(8))
