"""Tokens that are almost ours: each changes a genuine one in a way that attackers know, or at random."""

import base64
import json
import random
from collections.abc import Callable
from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm

from assistant.identity.access_tokens import P256_ORDER

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
ALGORITHMS = (
    "none",
    "None",
    "NONE",
    "HS256",
    "HS512",
    "RS256",
    "PS256",
    "ES384",
    "ES512",
    "EdDSA",
    "es256",
    "",
    None,
    5,
)
KIDS = ("", "../../../../dev/null", "' OR 1=1 --", "http://127.0.0.1/jwks.json", "\x00", "Ключ", None, 0, [], {"a": 1})
CLAIMS = {
    "role": ["admin", None, 1], "scope": ["admin basic", "", None, ["admin"]], "sub": ["*", "", None, 1],
    "org": ["*", "", None], "sid": ["", None, 7], "exp": [4102444800, 9e99, "soon", None, True],
    "iat": [0, -1, "x"], "nbf": [4102444800], "iss": ["evil", None, ["assistant"]], "aud": ["evil", None, []],
    "jti": ["", None], "email": ["root@test.example"],
}  # fmt: skip


@dataclass(frozen=True)
class Keys:
    """What an attacker has: their own keys, and our public one as text."""

    curve: ec.EllipticCurvePrivateKey
    rsa: bytes
    public_pem: bytes
    public_jwk: bytes

    @classmethod
    def beside(cls, public: ec.EllipticCurvePublicKey) -> "Keys":
        other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem, subject = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        return cls(
            curve=ec.generate_private_key(ec.SECP256R1()),
            rsa=other.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
            public_pem=public.public_bytes(pem, subject),
            public_jwk=ECAlgorithm.to_jwk(public).encode(),
        )


Mutation = Callable[[random.Random, str, Keys], str]


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def bits(chance: random.Random, token: str, keys: Keys) -> str:
    """Some bits of one part flipped."""
    parts = token.split(".")
    at = chance.randrange(3)
    data = bytearray(decoded(parts[at]))
    for _ in range(chance.choice((1, 1, 2, 8))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    parts[at] = encoded(bytes(data))
    return ".".join(parts)


def characters(chance: random.Random, token: str, keys: Keys) -> str:
    """A character replaced, put in, taken out or doubled, anywhere."""
    at = chance.randrange(len(token))
    symbol = chance.choice(ALPHABET + ".=+/ \n\x00é😀")
    rest = token[at + 1 :] if chance.random() < 0.5 else token[at:]
    return token[:at] + chance.choice((symbol, "", token[at] * 2)) + rest


def cut(chance: random.Random, token: str, keys: Keys) -> str:
    """Truncated, repeated, reordered, or with a part left out."""
    parts = token.split(".")
    match chance.randrange(5):
        case 0:
            return token[: chance.randrange(len(token))]
        case 1:
            return token[chance.randrange(1, len(token)) :]
        case 2:
            parts[chance.randrange(3)] = ""
        case 3:
            chance.shuffle(parts)
        case _:
            parts.insert(chance.randrange(4), chance.choice(parts))
    return ".".join(parts)


def spelling(chance: random.Random, token: str, keys: Keys) -> str:
    """The same bytes and a signature that verifies, written another way."""
    head, _, signature = token.rpartition(".")
    raw = decoded(signature)
    match chance.randrange(4):
        case 0:
            twin = P256_ORDER - int.from_bytes(raw[32:], "big")
            return f"{head}.{encoded(raw[:32] + twin.to_bytes(32, 'big'))}"
        case 1:
            return token[:-1] + ALPHABET[ALPHABET.index(token[-1]) ^ chance.randrange(1, 16)]
        case 2:
            return token + chance.choice(("=", "==", "\n", " ", "."))
        case _:
            return chance.choice((" ", "\t", "Bearer ", "\ufeff")) + token


def signed(chance: random.Random, token: str, keys: Keys, header: dict[str, object], claims: dict[str, object]) -> str:
    """Header and claims as given, with a signature that an attacker can make: our public key as a secret, or none."""
    head = f"{encoded(json.dumps(header).encode())}.{encoded(json.dumps(claims).encode())}"
    match chance.randrange(5):
        case 0:
            signature = b""
        case 1:
            signature = decoded(token.rpartition(".")[2])
        case 2:
            signature = ECAlgorithm(ECAlgorithm.SHA256).sign(head.encode(), keys.curve)
        case 3:
            secret = chance.choice((keys.public_pem, keys.public_jwk, b"", b"secret"))
            signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(head.encode(), secret)
        case _:
            signature = chance.randbytes(chance.choice((0, 32, 63, 64, 65, 96, 256)))
    return f"{head}.{encoded(signature)}"


def parts_of(token: str) -> tuple[dict[str, object], dict[str, object]]:
    header, claims, _ = token.split(".")
    return json.loads(decoded(header)), json.loads(decoded(claims))


def algorithm(chance: random.Random, token: str, keys: Keys) -> str:
    """Another algorithm, key confusion among them."""
    header, claims = parts_of(token)
    return signed(chance, token, keys, {**header, "alg": chance.choice(ALGORITHMS)}, {**claims, "role": "admin"})


def key_id(chance: random.Random, token: str, keys: Keys) -> str:
    """A kid that points elsewhere, or a key that the token brings along."""
    header, claims = parts_of(token)
    brought = json.loads(ECAlgorithm.to_jwk(keys.curve.public_key()))
    extra = chance.choice(({"kid": chance.choice(KIDS)}, {"jwk": brought}, {"jku": "https://evil.example/jwks.json"},
                           {"x5u": "https://evil.example/x"}, {"crit": ["exp"]}, {"b64": False, "crit": ["b64"]},
                           {"typ": chance.choice(("JWT", "", None, "AT+JWT"))}))  # fmt: skip
    return signed(chance, token, keys, {**header, **extra}, claims)


def claim(chance: random.Random, token: str, keys: Keys) -> str:
    """Other claims under the attacker's signature."""
    header, claims = parts_of(token)
    name = chance.choice(list(CLAIMS))
    changed = {key: value for key, value in claims.items() if key != name or chance.random() < 0.9}
    return signed(chance, token, keys, header, {**changed, name: chance.choice(CLAIMS[name])})


def foreign(chance: random.Random, token: str, keys: Keys) -> str:
    """Well made by a library, with a key that is not ours."""
    header, claims = parts_of(token)
    headers = {"kid": header["kid"], "typ": header["typ"]}
    if chance.random() < 0.002:  # RSA is slow to sign
        return jwt.encode(claims, keys.rsa, "RS256", headers=headers)
    if chance.random() < 0.5:
        return jwt.encode(claims, chance.randbytes(32), "HS256", headers=headers)
    return jwt.encode(claims, keys.curve, "ES256", headers=headers)


def noise(chance: random.Random, token: str, keys: Keys) -> str:
    """Nothing like a token: unicode, control characters, nesting, sizes."""
    match chance.randrange(6):
        case 0:
            return "".join(
                chr(chance.choice((0, 46, 255, 1103, 8238, 65279, 128512))) for _ in range(chance.randrange(60))
            )
        case 1:
            return ".".join(
                encoded(chance.randbytes(chance.randrange(200))) for _ in range(chance.choice((1, 2, 3, 5)))
            )
        case 2:
            return token + "A" * chance.choice((1, 4_000, 20_000))
        case 3:
            return "." * chance.randrange(2_000)
        case 4:
            return encoded(b"[" * chance.randrange(2_000)) + "." + token.partition(".")[2]
        case _:
            return token.replace(".", chance.choice(("..", "\u2024", "%2e", " ")), 1)


MUTATIONS: tuple[Mutation, ...] = (
    bits, bits, characters, characters, cut, spelling, algorithm, key_id, claim, foreign, noise,
)  # fmt: skip


def mutated(chance: random.Random, token: str, keys: Keys) -> tuple[str, str]:
    """(name of the mutation, a text that is not the token)."""
    while True:
        mutation = chance.choice(MUTATIONS)
        if (text := mutation(chance, token, keys)) != token:
            return mutation.__name__, text
