"""Puts ./velox_adapter.so through the benchmark in the current folder, and prints what came out. Ends with 1 where it fails."""
import argparse
import re
import statistics
import subprocess
import sys

OWN = "velox"
SCENARIOS = ["static", "normal", "swing-25", "swing-40", "flash-crash"]
PUBLISHED_SEED = 23
CORES = ["--matcher-core", "0", "--drainer-core", "1"]


def harness(engine, scenario, mode, seed):
    """What the benchmark prints of one run."""
    command = ["./harness", "--engine", f"./{engine}_adapter.so", "--scenario", scenario, "--mode", mode,
               "--seed", str(seed), *CORES]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def found(pattern, text):
    match = re.search(pattern, text)
    return match.group(1) if match else None


def gate():
    done = subprocess.run([sys.executable, "scripts/conformance_check.py", f"./{OWN}_adapter.so"],
                          capture_output=True, text=True, check=False)
    print("gate:", (done.stdout or done.stderr).strip().splitlines()[-1], flush=True)
    return done.returncode == 0


def audit():
    passed = True
    for scenario in SCENARIOS:
        output = harness(OWN, scenario, "audit", PUBLISHED_SEED)
        print(f"audit: {scenario}: {found('State audit: (.*)', output)}; reports {found('Status: (.*)', output)}", flush=True)
        passed &= "State audit: PASS" in output and "Status: PASS" in output
    return passed


def hashes(seeds, peer):
    """The published seed has published hashes; on the others the peer says what is right."""
    passed = True
    for seed in [PUBLISHED_SEED, *seeds]:
        equal = 0
        for scenario in SCENARIOS:
            output = harness(OWN, scenario, "perf", seed)
            own = found("Computed hash: ([0-9a-f]{64})", output)
            expected = found("Expected hash: ([0-9a-f]{64})", output) if seed == PUBLISHED_SEED else None
            expected = expected or found("Computed hash: ([0-9a-f]{64})", harness(peer, scenario, "perf", seed))
            equal += own is not None and own == expected
        print(f"hash: seed {seed}: {equal} of {len(SCENARIOS)} scenarios equal", flush=True)
        passed &= equal == len(SCENARIOS)
    return passed


def rate(runs, peers):
    """All engines in turns, so that a machine that slows down slows them all."""
    engines = [OWN, *peers]
    rates = {(engine, scenario): [] for engine in engines for scenario in SCENARIOS}
    for _ in range(runs):
        for scenario in SCENARIOS:
            for engine in engines:
                output = harness(engine, scenario, "perf", PUBLISHED_SEED)
                rates[engine, scenario].append(float(found(r"Throughput: +([0-9.]+) M", output) or 0))
    worst = {}
    for engine in engines:
        medians = {scenario: statistics.median(rates[engine, scenario]) for scenario in SCENARIOS}
        worst[engine] = min(medians.values())
        print(f"rate: {engine}: worst {worst[engine]:.2f} million messages/s; "
              + ", ".join(f"{scenario} {value:.2f} (best {max(rates[engine, scenario]):.2f})" for scenario, value in medians.items()),
              flush=True)
    for peer in peers:
        if worst[peer] > 0:
            print(f"rate: ratio to {peer}: {worst[OWN] / worst[peer]:.2f}", flush=True)
    return worst[OWN] > 0


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--seeds", default="1,2,3,5,8,13,21,34,55,89")
    options.add_argument("--peers", default="cpptrader")
    options.add_argument("--only", default="gate,audit,hash,rate")
    given = options.parse_args()
    peers = [peer for peer in given.peers.split(",") if peer]
    steps = {
        "gate": gate,
        "audit": audit,
        "hash": lambda: hashes([int(seed) for seed in given.seeds.split(",") if seed], peers[0]),
        "rate": lambda: rate(given.runs, peers),
    }
    sys.exit(0 if all([steps[step]() for step in given.only.split(",")]) else 1)


main()
