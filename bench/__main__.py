"""`python -m bench`: everybody in turn, round after round, and the table in README.md."""

import argparse
import sys
from datetime import UTC, datetime

from bench import dataset, load, machine, report
from bench.cases import CASES, Case
from bench.contender import Contender, NotInstalled, OverHttp, Wrong
from bench.limit import Limit
from bench.load import Measured
from bench.ours import Ours
from bench.peers import PEERS
from bench.report import Results

OVER_HTTP: tuple[type[OverHttp], ...] = (Ours, *PEERS)
WARM_UP = 2
"""Seconds for which each is asked before it is measured, once for each case."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", type=str.lower, help="these contenders")
    parser.add_argument("--cases", nargs="*", default=[], choices=[*CASES, []], metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--seconds", type=int, default=5, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--referrals", type=int, default=dataset.FULL, help="size of the data set")
    parser.add_argument("--write", action="store_true", help="put the table of a whole run into README.md")
    return parser.parse_args()


def main() -> int:
    asked = arguments()
    if not load.have_wrk():
        print(load.NO_WRK, file=sys.stderr)
        return 1
    if asked.referrals < dataset.FEWEST:
        print(f"At least {dataset.FEWEST:,} referrals, so that every list is full.", file=sys.stderr)
        return 1
    unknown = set(asked.only) - {Limit.name, *(kind.name.lower() for kind in OVER_HTTP)}
    if unknown:
        names = ", ".join((Limit.name, *(kind.name.lower() for kind in OVER_HTTP)))
        print(f"There is no {' and no '.join(sorted(unknown))}: choose from {names}.", file=sys.stderr)
        return 1
    cases = [CASES[key] for key in asked.cases] or list(CASES.values())
    results = Results(cases, datetime.now(UTC), asked)
    with dataset.server() as running:
        machine.pin_server(running)
        dataset.prepare(running, asked.referrals)
        dsn = running.url(dataset.RUN)
        http = [kind(dsn, asked.referrals, dataset.KEPT) for kind in OVER_HTTP]
        wanted: list[Contender] = [Limit(running, dsn, asked.referrals, dataset.KEPT, cases), *http]
        started: list[Contender] = []
        try:
            for contender in wanted:
                if asked.only and contender.name.lower() not in asked.only:
                    continue
                print(f"Starting {contender.name} …", flush=True)
                try:
                    started.append(contender)
                    contender.start()
                except NotInstalled as error:
                    started.remove(contender)
                    results.absent(contender, f"not installed: {error}")
                except Exception as error:
                    contender.stop()
                    started.remove(contender)
                    results.absent(contender, f"did not start: {error}")
                else:
                    results.present(contender)
            _measure(started, cases, results, asked)
        finally:
            for contender in started:
                contender.stop()
            dataset.discard(running)
    print(results.text())
    if asked.write and not asked.only and not asked.cases:
        report.write(results.text())
    return 0


def _measure(contenders: list[Contender], cases: list[Case], results: Results, asked: argparse.Namespace) -> None:
    for case in cases:
        able = [contender for contender in contenders if contender.offers(case)]
        for contender in list(able):
            try:
                contender.check(case)
                contender.measure(case, WARM_UP)
                machine.settle()
            except Exception as error:
                able.remove(contender)
                results.refused(contender, case, str(error))
                print(f"{case.key}: {contender.name} is left out: {error}", flush=True)
        for number in range(asked.rounds):
            for contender in list(able):
                try:
                    measured = contender.measure(case, asked.seconds)
                    machine.settle()
                    _hold_against(measured)
                except Exception as error:
                    able.remove(contender)
                    results.refused(contender, case, str(error))
                    print(f"{case.key}: {contender.name} is left out: {error}", flush=True)
                    continue
                results.add(contender, case, measured)
                print(
                    f"{case.key:13} round {number + 1}  {contender.name:13}"
                    f" {measured.rate:9,.0f}/s  p50 {measured.p50:7.1f} ms  p99 {measured.p99:7.1f} ms",
                    flush=True,
                )


def _hold_against(measured: Measured) -> None:
    if not measured.requests:
        raise Wrong("nothing was answered")
    if measured.failed or measured.broken:
        raise Wrong(f"{measured.failed} answers of {measured.requests} were errors, {measured.broken} broke off")


if __name__ == "__main__":
    raise SystemExit(main())
