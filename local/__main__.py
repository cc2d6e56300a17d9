"""The commands: `python -m local run | demo | invoke | pins | console | openapi | status`."""

import argparse
import json
import signal
import sys
import threading
import urllib.request
from pathlib import Path
from types import FrameType

from local.addresses import Addresses, running
from local.errors import CloudError


def _needs_running(arguments: argparse.Namespace) -> Addresses:
    addresses = running(arguments.state)
    if addresses is None:
        raise CloudError("The local cloud does not run: start it in another terminal with `make run`.")
    return addresses


def run(arguments: argparse.Namespace) -> int:
    """Start everything and stay until Ctrl-C, SIGTERM or the crash of a part."""
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        if ended.is_set():
            return
        ended.set()
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    print("The local cloud starts …", flush=True)
    from local.cloud import LocalCloud  # a second of imports: the line above comes first
    from local.seed import seed
    from local.settings import Settings

    cloud = LocalCloud(
        arguments.root,
        arguments.state,
        settings=Settings.read(),
        quiet=False,
        clean=arguments.clean,
        say=lambda line: print(line, flush=True),
        seed=seed,
    )
    try:
        addresses = cloud.start()
        print(f"\n  API      {addresses.api_url}\n  socket   {addresses.websocket_url}?token=…", flush=True)
        if addresses.console_url:
            print(f"  console  {addresses.console_url}", flush=True)
        print(f"  AWS      {addresses.aws_endpoint_url}\n  Lambda   {addresses.lambda_endpoint_url}", flush=True)
        print(
            f"  model    {addresses.model_url} ({addresses.model_name})\n  logs     {addresses.state}/logs", flush=True
        )
        for line in cloud.notes:
            print(f"  {line}", flush=True)
        print("\nReady. Ctrl-C ends it; the data stays for the next start.\n", flush=True)
        cloud.wait(ended)
    except KeyboardInterrupt:
        pass
    finally:
        ended.set()
        cloud.stop()
    print("The local cloud has stopped.", flush=True)
    return 0


def invoke(arguments: argparse.Namespace) -> int:
    """Invoke one function of the running cloud with an event and print its answer."""
    from local.first_steps import invoke as call

    addresses = _needs_running(arguments)
    try:
        event = json.loads(Path(arguments.event).read_text())
    except (OSError, ValueError) as error:
        raise CloudError(f"{arguments.event} is no readable JSON ({error}): give EVENT=events/….json") from error
    print(json.dumps(call(addresses, arguments.function, event), indent=2, ensure_ascii=False))
    return 0


def pins(arguments: argparse.Namespace) -> int:
    """Print what would have pinned a session on RDS Proxy; with --fail exit 1 when anything did."""
    addresses = _needs_running(arguments)
    if arguments.reset:
        urllib.request.urlopen(urllib.request.Request(addresses.pins_url, method="DELETE"), timeout=5)  # noqa: S310
        return 0
    with urllib.request.urlopen(addresses.pins_url, timeout=5) as answer:  # noqa: S310 - our own part
        report = json.loads(answer.read())
    for pin in report["pins"]:
        print(f"{pin['reason']}: {pin['statement']}")
    print(f"{report['total']} pinned sessions in {report['borrows']} transactions")
    return 1 if arguments.fail and report["total"] else 0


def demo(arguments: argparse.Namespace) -> int:
    """Run the demo, on the cloud that runs or on one that runs as long as it."""
    sys.path.insert(0, str(arguments.root / "layers" / "core"))  # the client of the socket is part of the product
    from local.demo import demo as run_demo

    return run_demo(arguments)


def console(arguments: argparse.Namespace) -> int:
    """Build the console for S3, or look at it with a real browser."""
    from local.console_build import NotBuilt, build
    from local.console_checks import check

    if arguments.what != "build":
        return check(arguments)
    try:
        print(build(arguments.root / "frontend", print))
    except NotBuilt as error:
        raise CloudError(f"The console {error}") from error
    return 0


def openapi(arguments: argparse.Namespace) -> int:
    """Write the OpenAPI document of the endpoints into the project."""
    from local.openapi import write

    print(f"wrote {write(arguments.root)}")
    return 0


def status(arguments: argparse.Namespace) -> int:
    """Print where the running cloud is."""
    addresses = _needs_running(arguments)
    print((Path(addresses.state) / "run.json").read_text())
    return 0


def main(words: list[str] | None = None) -> int:
    """Run a command; what went wrong is one line on stderr and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m local", description="The local cloud.")
    parser.add_argument("--root", type=Path, default=Path(), help="folder of template.yaml (default: here)")
    parser.add_argument("--state", type=Path, default=None, help="state directory (default: ROOT/.local)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser("run", help="start everything and stay")
    command.add_argument("--clean", action="store_true", help="forget the data of earlier runs")
    command.set_defaults(call=run)
    command = commands.add_parser("invoke", help="invoke a function with an event file")
    command.add_argument("function", help="logical id or deployed name")
    command.add_argument("event", help="a JSON file")
    command.set_defaults(call=invoke)
    command = commands.add_parser("demo", help="do the main job once and exit 0 only if all of it happened")
    command.add_argument(
        "--kind", default="rfc", choices=("rfc", "enhance", "code"), help="what it does (default: rfc)"
    )
    command.add_argument(
        "--docs", default="", help="folder of Markdown (default: docs/decisions, or a draft), or a Python file"
    )
    command.add_argument("--topic", default="How budgets are never overspent", help="what the RFC is about")
    command.add_argument("--words", type=int, default=300, help="length of the RFC (default: 300)")
    command.add_argument("--build", default="build", help="folder for demo.json and demo.md (default: build)")
    command.set_defaults(call=demo)
    command = commands.add_parser("pins", help="what would pin a session on RDS Proxy")
    command.add_argument("--fail", action="store_true", help="exit 1 when there was any")
    command.add_argument("--reset", action="store_true", help="begin a new count")
    command.set_defaults(call=pins)
    command = commands.add_parser("console", help="the web console: build it, test it, take its pictures")
    command.add_argument("what", choices=["build", "e2e", "screenshots", "performance"])
    command.add_argument("only", nargs="*", help="files of tests (default: all)")
    command.set_defaults(call=console)
    command = commands.add_parser("openapi", help="write openapi.json from the endpoints")
    command.set_defaults(call=openapi)
    command = commands.add_parser("status", help="the addresses of the running cloud, as JSON")
    command.set_defaults(call=status)
    arguments = parser.parse_args(words)
    arguments.state = arguments.state or arguments.root / ".local"
    try:
        return int(arguments.call(arguments))
    except CloudError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        return 1


if __name__ == "__main__":
    sys.exit(main())
