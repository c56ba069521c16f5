#!/usr/bin/env python3
"""Lets drivers take turns at the same measurements, and prints what they did and the ratios of the first to the others.

Arguments: NAME=COMMAND for each driver, ours first. A driver answers requests on its input: see cpp/race.h.
"""
import argparse
import shlex
import subprocess
import time

MEASURES = [
    ("one way, one item a call, 8 B", "single 8"),
    ("one way, one item a call, 64 B", "single 64"),
    ("one way, batches, 8 B", "batch 8"),
    ("one way, batches, 64 B", "batch 64"),
    ("round trip, 8 B", "trip 8"),
    ("round trip, 64 B", "trip 64"),
]
TRIP_VALUES = ["mean", "p50", "p99"]
WARM_UP_SECONDS = 1.0
FIRST_COUNT = 10_000
MOST = 100_000_000


class Driver:
    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen(
            shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, request, count):
        """The numbers of one turn, or None where the ring has no such operation."""
        self.process.stdin.write(f"{request} {count}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.name} ended at '{request} {count}'")
        return None if answer.strip() == "-" else [float(word) for word in answer.split()]

    def warm_up(self, request, turn_seconds):
        """Runs until code is compiled; the count that then fills a turn, or None."""
        start, count = time.monotonic(), FIRST_COUNT
        while time.monotonic() - start < WARM_UP_SECONDS:
            values = self.ask(request, count)
            if values is None:
                return None
            per_second = 1e9 / values[0] if len(values) > 1 else values[0]
            count = max(1_000, min(MOST, int(per_second * turn_seconds)))
        return count

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def measure(drivers, request, runs, turn_seconds):
    """Every driver's values, turn by turn: {name: [[value of each turn] for each number it answers]}."""
    counts = {driver: driver.warm_up(request, turn_seconds) for driver in drivers}
    able = [driver for driver in drivers if counts[driver]]
    turns = {driver.name: [] for driver in able}
    for _ in range(runs):
        for driver in able:
            turns[driver.name].append(driver.ask(request, counts[driver]))
    return {name: list(zip(*values)) for name, values in turns.items()}


def middle_and_best(values, higher_is_better):
    """The median, and the value that a tenth of the turns reach: a busy machine disturbs that one less."""
    ordered = sorted(values, reverse=higher_is_better)
    return ordered[len(ordered) // 2], ordered[len(ordered) // 10]


def print_rows(title, values_of, ours, unit, scale, higher_is_better):
    results = {name: middle_and_best(values, higher_is_better) for name, values in values_of.items()}
    for name, (median, best) in results.items():
        ratio = "" if name == ours else f"{results[ours][0] / median:8.2f}{results[ours][1] / best:8.2f}"
        print(f"{title:<32}{name:<14}{median / scale:10.1f}{best / scale:10.1f} {unit:<10}{ratio}", flush=True)
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("drivers", nargs="+", metavar="NAME=COMMAND")
    parser.add_argument("--runs", type=int, default=41, help="turns of each driver at each measure")
    parser.add_argument("--turn-ms", type=int, default=20, help="about how long a turn takes")
    arguments = parser.parse_args()
    drivers = [Driver(*text.split("=", 1)) for text in arguments.drivers]
    ours = drivers[0].name
    print(f"{arguments.runs} turns of {arguments.turn_ms} ms each; ratios are {ours} / peer")
    print(f"{'measure':<32}{'ring':<14}{'median':>10}{'best 10%':>10} {'unit':<10}{'ratio':>8}{'best':>8}")
    for title, request in MEASURES:
        values = measure(drivers, request, arguments.runs, arguments.turn_ms / 1_000)
        if request.startswith("trip"):
            for index, which in enumerate(TRIP_VALUES):
                of = {name: numbers[index] for name, numbers in values.items()}
                print_rows(f"{title}, {which}", of, ours, "ns", 1, higher_is_better=False)
        else:
            of = {name: numbers[0] for name, numbers in values.items()}
            print_rows(title, of, ours, "M items/s", 1e6, higher_is_better=True)
    for driver in drivers:
        driver.close()


if __name__ == "__main__":
    main()
