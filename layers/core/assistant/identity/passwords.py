"""Passwords: Argon2id with OWASP's parameters (19 MiB, 2 passes, 1 lane), and the rules for a new one."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

_hasher = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)

# Checked for an unknown address, so that it takes the same time as a wrong password. It matches nothing: the hash is
# of random bytes that nobody kept.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$jSdTGWscOYuFUXLSOGrmpw$6ECC0l8O7kcTnov/nXjWrL5qcoq6shwRKSb3dYibPSI"

LONGEST = 128  # the work of a check grows with the length
RULES = f"8 to {LONGEST} characters with an upper-case letter, a lower-case letter and a digit"


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def is_strong(password: str) -> bool:
    return (
        8 <= len(password) <= LONGEST
        and any(c.isupper() for c in password)
        and any(c.islower() for c in password)
        and any(c.isdigit() for c in password)
    )


def first_password() -> str:
    """A random one of 128 bits that keeps the rules, for an account that somebody else opens."""
    return f"{secrets.token_urlsafe(16)}-Aa1"
