"""RQ's and Celery's side of `bench_tasks`: runs in a venv of its own, which has them and none of our code.

`python queue_peers.py rq|celery SETTINGS`: starts one default worker, gives it tasks, and prints one line of JSON. The
work is one row, written once, by the worker. `started` is when the work begins.
"""

import json
import os
import subprocess
import sys
import time
from importlib.metadata import version

import pg8000.native
from redis import Redis

SETTINGS = json.loads(os.environ["BENCH"])
_connection = None


def write_row(serial, sent):
    """The work; the connection is the process's own, as a sandbox keeps its own."""
    global _connection
    started = time.time()
    if _connection is None:
        _connection = pg8000.native.Connection(
            "app", host="127.0.0.1", port=SETTINGS["port"], database=SETTINGS["database"]
        )
    _connection.run(
        "INSERT INTO bench_rows (serial, sent, started) VALUES (:serial, :sent, :started)",
        serial=serial,
        sent=sent,
        started=started,
    )


def rq_side():
    from rq import Queue

    queue = Queue(connection=Redis(port=SETTINGS["valkey"]))
    command = [os.path.join(os.path.dirname(sys.executable), "rq"), "worker", "--quiet", "--url",
               f"redis://127.0.0.1:{SETTINGS['valkey']}/0"]  # fmt: skip
    return command, lambda serial: queue.enqueue("queue_peers.write_row", serial, time.time())


def celery_side():
    command = [sys.executable, "-m", "celery", "-A", "queue_peers:app", "worker", "--concurrency", "1",
               "--loglevel", "ERROR", "--without-gossip", "--without-mingle"]  # fmt: skip
    return command, lambda serial: celery_app().send_task("write_row", [serial, time.time()])


def celery_app():
    global _app
    if _app is None:
        from celery import Celery

        address = f"redis://127.0.0.1:{SETTINGS['valkey']}/1"
        _app = Celery("bench", broker=address, backend=address)
        _app.task(write_row, name="write_row", acks_late=True)
    return _app


_app = None


def __getattr__(name):
    """`app`, where Celery's worker looks for it; RQ's imports no Celery."""
    if name == "app":
        return celery_app()
    raise AttributeError(name)


def main():
    kind = sys.argv[1]
    command, send = {"rq": rq_side, "celery": celery_side}[kind]()
    here = os.path.dirname(os.path.abspath(__file__))
    worker = subprocess.Popen(command, cwd=here, env={**os.environ, "PYTHONPATH": here, "PYTHONWARNINGS": "ignore"})
    connection = pg8000.native.Connection("app", host="127.0.0.1", port=SETTINGS["port"], database=SETTINGS["database"])

    def wait_for(count):
        deadline = time.monotonic() + SETTINGS["patience"]
        while connection.run("SELECT count(*) FROM bench_rows")[0][0] < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{kind}: {count} rows did not come")
            time.sleep(0.005)

    try:
        send(-1)
        wait_for(1)  # warm
        for serial in range(SETTINGS["paced"]):
            send(serial)
            time.sleep(SETTINGS["pause"])  # one by one: the pick-up of an idle worker
        wait_for(1 + SETTINGS["paced"])
        started = time.monotonic()
        for serial in range(SETTINGS["n"]):
            send(10**6 + serial)
        wait_for(1 + SETTINGS["paced"] + SETTINGS["n"])
        seconds = time.monotonic() - started
    finally:
        worker.terminate()
        worker.wait(20)
    print(json.dumps({"version": version(kind), "tasks_per_second": round(SETTINGS["n"] / seconds, 1)}))


if __name__ == "__main__":
    main()
