"""Draws what a command printed as a terminal window: `make demo | tee build/demo.log`, then
`python -m local.capture build/demo.log docs/images/demo.svg`."""

import argparse
import io
from pathlib import Path

from rich.console import Console
from rich.text import Text

COLUMNS = 116


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.capture", description=__doc__)
    parser.add_argument("log", type=Path, help="what the command printed")
    parser.add_argument("picture", type=Path, help="the SVG to write")
    parser.add_argument("--title", default="make demo")
    parser.add_argument("--skip", default="│ ", help="leave out lines that hold this, but for the first few")
    parser.add_argument("--shown", type=int, default=14, help="how many of those are shown")
    arguments = parser.parse_args()
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    shown = 0
    for line in arguments.log.read_text().splitlines():
        if arguments.skip in line:
            shown += 1
            if shown == arguments.shown + 1:
                console.print(Text("  │ …"))
            if shown > arguments.shown:
                continue
        console.print(Text(line))
    arguments.picture.write_text(console.export_svg(title=arguments.title))


if __name__ == "__main__":
    main()
