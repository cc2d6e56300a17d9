"""The command line of the soak of tasks."""

import argparse
import random

from tests.soak.tasks_bugs import PLANTED

PATIENCE = 45.0  # seconds without a task that ends, before what is left is called stuck


def parsed(arguments, description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("-n", type=int, default=100_000, help="tasks that clients submit; retries come on top")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--workers", type=int, default=4, help="in each process")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--lost", type=float, default=0.05, help="share of tickets that never arrive")
    parser.add_argument("--doubled", type=float, default=0.05)
    parser.add_argument("--faults", type=float, default=1.0, help="0: nothing dies or stalls by itself")
    parser.add_argument("--kill", type=float, default=10.0, help="seconds between kills of workers, on average")
    parser.add_argument("--crash", type=float, default=60.0, help="seconds between kills of PostgreSQL, on average")
    parser.add_argument("--patience", type=float, default=PATIENCE)
    parser.add_argument("--planted", choices=PLANTED)
    return parser.parse_args(arguments)
