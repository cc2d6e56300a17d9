"""Ten thousand tasks of one user, for the measurements of the console."""

from pg8000.native import Connection

from local.addresses import Addresses

ROWS, RUNNING = 10_000, 20


def add_tasks(addresses: Addresses, email: str) -> None:
    """Finished ones of the past, and the newest ones running: claimed for an hour, so that no worker takes them."""
    database = Connection(
        addresses.database_owner,
        host=addresses.database_direct_host,
        port=addresses.database_direct_port,
        database=addresses.database_name,
    )
    try:
        database.run(
            """INSERT INTO tasks (organization_id, user_id, task_type, args, request_hash, status, stage, progress,
                                  attempts, fence, cost, priority, lease_until, ticketed_at,
                                  created_at, started_at, finished_at)
               SELECT u.organization_id, u.user_id,
                      CASE WHEN n <= :running THEN 'llm_generate_rfc' ELSE 'generate_analytics_report' END,
                      jsonb_build_object('title', 'Row ' || n), 'measured',
                      CASE WHEN n <= :running THEN 'running' WHEN n % 10 = 0 THEN 'cancelled' ELSE 'completed' END,
                      CASE WHEN n <= :running THEN 'generating' ELSE 'done' END,
                      CASE WHEN n <= :running THEN 1 ELSE 100 END,
                      1, 1, CASE WHEN n <= :running THEN 0 ELSE n END, n % 4,
                      CASE WHEN n <= :running THEN now() + interval '1 hour' END, now(),
                      at, at, CASE WHEN n > :running THEN at + interval '9 seconds' END
               FROM users u, generate_series(1, :rows) AS n,
                    LATERAL (SELECT now() - n * interval '10 seconds') AS t (at)
               WHERE u.email = :email""",
            email=email,
            rows=ROWS,
            running=RUNNING,
        )
    finally:
        database.close()
