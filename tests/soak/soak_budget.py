"""The ledger under everything that goes wrong at once: `make soak-budget N=1000000`.

Clients hold and settle over three levels, while processes are killed, replies are lost, settlements come twice, late
or never, PostgreSQL is killed (fsync on), Valkey is flushed and killed, days end every few seconds and clients' clocks
disagree. The schedule that reconciles runs beside them.

Two phases. The wide one, `--wide` of the attempts (2 % by default): 1,000 clients, each with its own connection to the
pooling proxy. The narrow one, the rest: 32 clients in two processes, straight to PostgreSQL, because there the money is
decided and the proxy would take half of the machine. Each client makes one attempt after the other. One attempt in ten
is recorded in a transaction by the gateway's own code; the others record their call and hold in one statement.

The proof `granted = spent + held + free` runs at checkpoints; at the end every decision is judged by the commit times.
`--planted check-then-add` and `--planted margin` put a known mistake into the ledger; the soak must find it.
"""

import argparse
import json
import random
import sys
import time
from typing import Any

from tests.soak.budget_run import Soak
from tests.soak.budget_world import PLANTED, World


def soak(arguments: list[str]) -> tuple[bool, dict[str, Any]]:
    """(sound, report) of a run with these command-line arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=1_000_000, help="attempts to hold")
    parser.add_argument("--clients", type=int, default=32, help="of the narrow phase")
    parser.add_argument("--processes", type=int, default=2, help="of the narrow phase")
    parser.add_argument("--wide", type=float, default=0.02, help="share of the attempts made by the wide phase")
    parser.add_argument("--wide-clients", type=int, default=1000)
    parser.add_argument("--wide-processes", type=int, default=4)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--day-seconds", type=float, default=5.0, help="how long a day of the test lasts")
    parser.add_argument("--skew", type=float, default=1.0, help="seconds by which clocks disagree at most")
    parser.add_argument("--limits", default="2000,1400,500", help="micro-dollars a day: organization,team,user")
    parser.add_argument("--cuts", type=float, default=0.01, help="share of transactions that lose a reply")
    parser.add_argument("--kill", type=float, default=15.0, help="seconds between kills of clients, on average")
    parser.add_argument("--crash", type=float, default=90.0, help="seconds between kills of PostgreSQL, on average")
    parser.add_argument("--flush", type=float, default=5.0, help="seconds between losses of Valkey, on average")
    parser.add_argument("--planted", choices=sorted(PLANTED))
    options = parser.parse_args(arguments)
    print(f"seed {options.seed}", flush=True)
    world = World()
    started = time.monotonic()
    try:
        run = Soak(options, world)
        verdict = run.run()
    finally:
        world.close()
    report = {
        "seed": options.seed,
        "attempts_answered": verdict.attempts,
        "held": verdict.held,
        "refused": verdict.refused,
        "billed_by_the_provider": verdict.billed,
        "periods": verdict.periods,
        "phases": run.phases,
        "kills": run.kills,
        "crashes": run.crashes,
        "flushes_of_valkey": run.flushes,
        "closed_by_the_schedule": run.reconciled,
        "looks_at_the_status": verdict.looks,
        "proofs_while_running": run.checks,
        "overspent_periods": len(verdict.overspent),
        "false_refusals": len(verdict.false_refusals),
        "undercharged": len(verdict.undercharged),
        "stale_statuses": len(verdict.stale),
        "broken": len(run.broken),
        "first_findings": [
            *run.broken, *verdict.overspent, *verdict.false_refusals, *verdict.undercharged, *verdict.stale,
        ][:3],
        "seconds": round(time.monotonic() - started, 1),
    }  # fmt: skip
    return verdict.sound and not run.broken, report


def main() -> None:
    sound, report = soak(sys.argv[1:])
    print(json.dumps(report, indent=2, default=str))
    sys.exit(0 if sound else 1)


if __name__ == "__main__":
    main()
