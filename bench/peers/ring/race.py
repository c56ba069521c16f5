#!/usr/bin/env python3
"""Lets drivers take turns at the same measurements, and prints what they did and the ratios of the first to the others.

Arguments: NAME=COMMAND for each driver, ours first. A driver answers requests on its input: see cpp/race.h.
"""
import argparse
import shlex
import subprocess
import time

# What is measured, the request, and the count of a turn: some milliseconds, so that many turns meet no other work.
MEASURES = [
    ("one way, one item a call, 8 B", "single 8", 300_000),
    ("one way, one item a call, 64 B", "single 64", 300_000),
    ("one way, batches, 8 B", "batch 8", 1_000_000),
    ("one way, batches, 64 B", "batch 64", 500_000),
    ("round trip, 8 B", "trip 8", 10_000),
    ("round trip, 64 B", "trip 64", 10_000),
]
TRIP_VALUES = ["mean", "p50", "p99"]
WARM_UP_SECONDS = 1.0
LONGEST_TURN_SECONDS = 0.1


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

    def warm_up(self, request, count):
        """Runs until code is compiled; the count of a turn, less for one that is very slow, or 0 if it cannot do it."""
        start = time.monotonic()
        while time.monotonic() - start < WARM_UP_SECONDS:
            begin = time.monotonic()
            if self.ask(request, count) is None:
                return 0
            if time.monotonic() - begin > LONGEST_TURN_SECONDS:
                count = max(1_000, count // 2)
        return count

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def measure(drivers, runs):
    """Every driver's answers, turn by turn: {request: {name: [answer of each turn]}}.

    A round goes through all measures: the machine's speed, which changes from minute to minute, is the same for all.
    """
    counts = {(request, driver): driver.warm_up(request, count)
              for _, request, count in MEASURES for driver in drivers}
    answers = {}
    for _ in range(runs):
        for (request, driver), count in counts.items():
            if count:
                answers.setdefault(request, {}).setdefault(driver.name, []).append(driver.ask(request, count))
    return answers


def middle_and_best(values, higher_is_better):
    """The median, and the value that a tenth of the turns reach: a busy machine disturbs that one less."""
    ordered = sorted(values, reverse=higher_is_better)
    return ordered[len(ordered) // 2], ordered[len(ordered) // 10]


def paired_ratio(ours, theirs):
    """The median of the ratios turn by turn: whatever the machine's speed was, it was nearly the same for both."""
    ratios = sorted(one / other for one, other in zip(ours, theirs))
    return ratios[len(ratios) // 2]


def print_rows(title, values_of, ours, unit, scale, higher_is_better):
    best_of_ours = middle_and_best(values_of[ours], higher_is_better)[1]
    for name, values in values_of.items():
        median, best = middle_and_best(values, higher_is_better)
        ratio = "" if name == ours else f"{paired_ratio(values_of[ours], values):8.2f}{best_of_ours / best:8.2f}"
        print(f"{title:<32}{name:<14}{median / scale:10.1f}{best / scale:10.1f} {unit:<10}{ratio}", flush=True)
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("drivers", nargs="+", metavar="NAME=COMMAND")
    parser.add_argument("--runs", type=int, default=101, help="turns of each driver at each measure")
    arguments = parser.parse_args()
    drivers = [Driver(*text.split("=", 1)) for text in arguments.drivers]
    ours = drivers[0].name
    answers = measure(drivers, arguments.runs)
    print(f"{arguments.runs} turns each; ratios are {ours} / peer: median of the turns' ratios, ratio of the best deciles")
    print(f"{'measure':<32}{'ring':<14}{'median':>10}{'best 10%':>10} {'unit':<10}{'ratio':>8}{'best':>8}")
    for title, request, _ in MEASURES:
        if request.startswith("trip"):
            for index, which in enumerate(TRIP_VALUES):
                of = {name: [turn[index] for turn in turns] for name, turns in answers[request].items()}
                print_rows(f"{title}, {which}", of, ours, "ns", 1, higher_is_better=False)
        else:
            of = {name: [turn[0] for turn in turns] for name, turns in answers[request].items()}
            print_rows(title, of, ours, "M items/s", 1e6, higher_is_better=True)
    for driver in drivers:
        driver.close()


if __name__ == "__main__":
    main()
