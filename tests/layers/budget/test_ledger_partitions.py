"""The ledger by month: entries go to their month, late schedules lose nothing, and no other table is touched."""

import datetime

import pytest

from assistant.platform.db import StatementFailed
from tests.layers.budget.holds import proof, take


def test_new_entries_go_to_the_month_they_are_made_in_and_none_to_the_default(db, person, postgres, database_name):
    take(db, person(), 1)
    owner = postgres.connect(database_name)
    month = datetime.datetime.now(datetime.UTC).strftime("%Y_%m")
    assert owner.run(f"SELECT count(*) FROM ledger_entries_{month}")[0][0] > 0
    assert owner.run("SELECT count(*) FROM ledger_entries_default") == [[0]]
    owner.close()


def test_a_schedule_that_was_late_moves_what_had_gone_to_the_default(db, postgres, database_name, person):
    someone = person()
    with db.transaction() as work:
        work.run(
            """INSERT INTO ledger_entries
                   (organization_id, budget_id, period_start, from_account, to_account, amount, created_at)
               SELECT CAST(:o AS uuid), gen_random_uuid(), now(), 'granted', 'free', 5, '2035-05-20 00:00+00'""",
            o=someone.organization_id,
        )
        [made] = work.run("SELECT open_monthly_partitions('ledger_entries', '2035-05-03 00:00+00', 1) AS made")
        assert made["made"] == 2
        [again] = work.run("SELECT open_monthly_partitions('ledger_entries', '2035-05-03 00:00+00', 1) AS made")
        assert again["made"] == 0
    owner = postgres.connect(database_name)
    assert owner.run("SELECT amount FROM ledger_entries_2035_05") == [[5]]
    assert owner.run("SELECT has_table_privilege('assistant', 'ledger_entries_2035_05', 'DELETE')") == [[False]]
    with pytest.raises(Exception, match="never changed"):
        owner.run("DELETE FROM ledger_entries_2035_05")
    owner.execute_simple("ALTER TABLE ledger_entries DETACH PARTITION ledger_entries_2035_05")  # the month is archived
    owner.close()
    assert proof(db) == []


def test_only_our_own_partitioned_tables_get_partitions(db):
    with pytest.raises(StatementFailed, match="no partitioned table of ours"), db.transaction() as work:
        work.run("SELECT open_monthly_partitions('users', now(), 1)")
