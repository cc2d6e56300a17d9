"""`make soak-auth`: tokens that are almost ours, a million by default. None may be accepted, nothing may crash.

Each process has its own seed, printed, so that a run can be repeated: SEED=… N=… make soak-auth.
"""

import multiprocessing
import os
import random
import sys
import time
from collections import Counter

from assistant.identity import signing_keys
from assistant.identity.access_tokens import Refusal, issue, verify
from tests.soak.mutated_tokens import Keys, mutated

EVERY = 500  # tokens between two genuine ones, which must be accepted: a verifier that refuses all proves nothing


def attack(number: int, seed: int) -> Counter[str]:
    """Verify `number` mutated tokens of fresh keys; counts by mutation, and of genuine tokens accepted."""
    chance = random.Random(seed)
    ours = signing_keys.rotated(signing_keys.rotated(None))
    signing_keys.secret = lambda name, fresh=False: ours  # type: ignore[assignment]
    keys = Keys.beside(signing_keys.signing_key()[1].public_key())
    counts: Counter[str] = Counter()
    token = ""
    for n in range(number):
        if n % EVERY == 0:
            token = issue("user", "organization", "user", frozenset({"basic"}), "ann@test.example", "session")
            if isinstance(verify(token), Refusal):
                raise AssertionError("a genuine token was refused")
            counts["genuine, accepted"] += 1
        name, text = mutated(chance, token, keys)
        if verify(text) is not Refusal.INVALID:
            raise AssertionError(f"seed {seed}, token {n}: {name} was accepted: {text!r} for {token!r}")
        counts[name] += 1
    return counts


def main(total: int, seed: int, processes: int) -> None:
    began = time.monotonic()
    shares = [total // processes + (n < total % processes) for n in range(processes)]
    print(f"seed {seed}, {processes} processes, {total:,} tokens", flush=True)
    with multiprocessing.Pool(processes) as pool:
        found = pool.starmap(attack, [(share, seed + n) for n, share in enumerate(shares)])
    counts: Counter[str] = sum(found, Counter())
    genuine = counts.pop("genuine, accepted")
    for name, number in sorted(counts.items()):
        print(f"  {name:<12} {number:>9,}  accepted 0")
    print(f"{counts.total():,} mutated tokens, 0 accepted; {genuine:,} genuine ones, all accepted")
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(
        int(os.environ.get("N") or 1_000_000),
        int(os.environ.get("SEED") or random.SystemRandom().randrange(10**9)),
        int(os.environ.get("PROCESSES") or os.cpu_count() or 1),
    )
    sys.exit(0)
