"""The device port: CPU a fix, sustained rates, the latency of acknowledgements."""
import os
import tempfile
import time

from lib.harness import (ROUNDS, counters, cpu_s, device_ids, floor_epoll, fresh_server,
                         median, mixed_ids, simulate, simulated, simulating)

CONNECTIONS = 1000
BURST = 50
TURNS = 3  # of long runs, of which the best counts: noise only makes them worse
RATE_S = 15
LATENCY_S = 12
LATENCY_RATE = 20000
SYNC_S = 4
SYNC_BYTES = 16 * 1024
SYNC_FILE_BYTES = 16 * 1024 * 1024
DEVICES_100K = 100000
RATE_100K_S = 150

# Sealing all the time, and none at all.
SEALING = "[store]\ntail_mib = 8\nseal_after_s = 2\n"
NO_SEALING = "[store]\ntail_mib = 4096\nseal_after_s = 86400\n"


def cpu_us(bench, process, address, *options):
    """CPU of the server for each acknowledged fix."""
    before = cpu_s(process.pid)
    result = simulate(bench, address, "--devices", CONNECTIONS, *options)
    return (cpu_s(process.pid) - before) / result["acknowledged"] * 1e6


def cpu_in_turn(bench, *options):
    """(value, floor): medians of rounds in which floor and server take turns."""
    floors, values = [], []
    for _ in range(ROUNDS):
        with floor_epoll(bench) as (process, at):
            floors.append(cpu_us(bench, process, at["device"], *options))
        with fresh_server(bench, device_ids(CONNECTIONS)) as (process, at, _token):
            values.append(cpu_us(bench, process, at["device"], *options))
    return median(values), median(floors)


def ingest_one(bench):
    value, floor = cpu_in_turn(bench, "--fixes", 150, "--window", 4)
    bench.report("ingest-one", value, "us of server CPU a fix", floor)


def ingest_burst(bench):
    value, floor = cpu_in_turn(bench, "--fixes", BURST * 12, "--burst", BURST, "--window",
                               BURST * 2)
    bench.report("ingest-burst", value, "us of server CPU a fix", floor)


def rate(bench, address, seconds, *options, **kwargs):
    result = simulate(bench, address, "--devices", CONNECTIONS, "--window", 8, "--fixes", 50000,
                      "--duration", seconds, *options, in_flight=CONNECTIONS * 8, **kwargs)
    return result["acknowledged"] / result["elapsed_s"]


def ingest_rate(bench):
    floors, values = [], []
    for _ in range(TURNS):
        with floor_epoll(bench) as (_process, at):
            floors.append(rate(bench, at["device"], RATE_S))
        with fresh_server(bench, device_ids(CONNECTIONS)) as (_process, at, _token):
            values.append(rate(bench, at["device"], RATE_S))
    bench.report("ingest-rate", max(values), "acknowledged fixes/s", max(floors))


def ingest_mixed(bench):
    alone, values = [], []
    for _ in range(TURNS):
        with fresh_server(bench, device_ids(CONNECTIONS)) as (_process, at, _token):
            alone.append(rate(bench, at["device"], RATE_S))
        with fresh_server(bench, mixed_ids(bench, CONNECTIONS)) as (_process, at, _token):
            values.append(rate(bench, at["device"], RATE_S, "--protocol", "mixed",
                               first_id=None))
    bench.report("ingest-mixed", max(values), "acknowledged fixes/s", max(alone))


# ---- latency ----

def sync_ms(directory):
    """Median and 99th percentile of writing 16 KB and fdatasync(), as a commit has to."""
    took = []
    block = os.urandom(SYNC_BYTES)
    file = os.open(f"{directory}/sync", os.O_RDWR | os.O_CREAT)
    os.pwrite(file, bytes(SYNC_FILE_BYTES), 0)
    os.fsync(file)
    end = time.monotonic() + SYNC_S
    offset = 0
    while time.monotonic() < end:
        began = time.monotonic()
        os.pwrite(file, block, offset)
        os.fdatasync(file)
        took.append((time.monotonic() - began) * 1000)
        offset = (offset + SYNC_BYTES) % SYNC_FILE_BYTES
    os.close(file)
    took.sort()
    return took[len(took) // 2], took[len(took) * 99 // 100]


def latency(bench, config):
    """The result of a paced run, and how many fixes were sealed in it."""
    with fresh_server(bench, device_ids(CONNECTIONS), config) as (_process, at, _token):
        result = simulate(bench, at["device"], "--devices", CONNECTIONS, "--rate", LATENCY_RATE,
                          "--duration", LATENCY_S, "--window", 64, in_flight=LATENCY_RATE)
        return result, counters(at["http"])["fixes_sealed"]


def ack(bench):
    with tempfile.TemporaryDirectory() as directory:
        sync_p50, sync_p99 = sync_ms(directory)
    runs = {NO_SEALING: [], SEALING: []}
    for config in [NO_SEALING, SEALING] * TURNS:
        result, sealed = latency(bench, config)
        if config == SEALING and sealed < result["acknowledged"] / 2:
            raise RuntimeError(f"only {sealed} of {result['acknowledged']} fixes were sealed")
        runs[config].append(result)
    without, sealing = (min(r, key=lambda result: result["ack_p99_ms"]) for r in runs.values())
    bench.report("ack-p50", sealing["ack_p50_ms"], "ms at 20,000 fixes/s, sealing", sync_p50)
    bench.report("ack-p99", sealing["ack_p99_ms"], "ms at 20,000 fixes/s, sealing", sync_p99)
    bench.report("ack-p99-sealing", sealing["ack_p99_ms"], "ms; floor: without sealing",
                 without["ack_p99_ms"])


# ---- a hundred thousand devices ----

def udp_load(bench, address, seconds):
    return simulating(bench, address, "--udp", "--devices", DEVICES_100K, "--window", 1,
                      "--fixes", 100000, "--duration", seconds)


def mean(values):
    return sum(values) / len(values)


def check_backlog(samples, sealed):
    """The unsealed fixes must have been sealed three times over, and not have become more."""
    third = len(samples) // 3
    second, last = mean(samples[third:2 * third]), mean(samples[2 * third:])
    if sealed < 3 * max(samples):
        raise RuntimeError(f"{sealed} fixes sealed, less than three times {max(samples)}")
    if last > second * 1.2:
        raise RuntimeError(f"the backlog grows: {second:.0f} unsealed fixes, then {last:.0f}")


def ingest_rate_100k(bench):
    with floor_epoll(bench) as (_process, at):
        result = simulated(udp_load(bench, at["device"], RATE_S * 2), DEVICES_100K)
        floor = result["acknowledged"] / result["elapsed_s"]
    samples = []
    with fresh_server(bench, device_ids(DEVICES_100K)) as (_process, at, _token):
        load = udp_load(bench, at["device"], RATE_100K_S)
        while load.poll() is None:
            samples.append(counters(at["http"])["tail_fixes"])
            time.sleep(1)
        result = simulated(load, DEVICES_100K)
        sealed = counters(at["http"])["fixes_sealed"]
    bench.report("ingest-rate-100k", result["acknowledged"] / result["elapsed_s"],
                 "acknowledged fixes/s of 100,000 UDP devices", floor)
    check_backlog(samples, sealed)
