"""A plugin of pytest that runs the tests with one statement changed: TENANCY_MUTANT is the file that says how."""

import json
import os
from pathlib import Path

from assistant.platform.db.unit_of_work import UnitOfWork

CHANGE = json.loads(Path(os.environ["TENANCY_MUTANT"]).read_text())
SENT = Path(os.environ["TENANCY_MUTANT"]).with_suffix(".sent")  # made when the changed statement was run
original = UnitOfWork._execute


def changed(self, sql, params, **how):
    if sql == CHANGE["text"]:
        SENT.touch()
        sql = CHANGE["instead"]
    return original(self, sql, params, **how)


UnitOfWork._execute = changed
