"""All orders in which honest parties and one liar can make refreshes of a divided key, give them up and end them after
all (Docs/Protocol.md, 5.22, "Finished after all"): can the honest ones always meet on one record, by records alone?

    python3 orders.py            two honest parties and three runs: a second
    python3 orders.py 3 3        three and three; a minute. 2 4 is as much

The liar has every message of his whenever he likes. A run is a number; a party has the run that made its share (−1:
the key generation), those that it keeps, and the one that it is at. Exits with 1 if there is an order after which the
honest ones are apart for ever; or if the same with `forgetful` parties, who keep nothing, has none: then nothing was
tried.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple

BEGUN, DEALT, CONFIRMED = 1, 2, 3


class Party(NamedTuple):
    share: int = -1
    kept: tuple[int, ...] = ()
    run: int | None = None
    """The one that is under way."""
    at: int = 0


class Run(NamedTuple):
    base: int
    """Who has begun it, dealt, confirmed and ended it, a bit each."""
    begun: int = 0
    dealt: int = 0
    confirmed: int = 0
    ended: int = 0


class State(NamedTuple):
    parties: tuple[Party, ...]
    runs: tuple[Run, ...] = ()


def after(state: State, most: int, forgetful: bool) -> Iterator[State]:
    """What can happen next."""
    parties, runs = state
    everybody = (1 << len(parties)) - 1
    if len(runs) < most:
        for base in {party.share for party in parties}:
            yield State(parties, (*runs, Run(base)))
    for place, party in enumerate(parties):
        bit = 1 << place

        def becomes(new: Party, name: int | None = None, place: int = place, bit: int = bit, **step: int) -> State:
            changed = list(runs)
            if name is not None:
                changed[name] = changed[name]._replace(**{key: value | bit for key, value in step.items()})
            return State((*parties[:place], new, *parties[place + 1 :]), tuple(changed))

        for name in [name for name in party.kept if runs[name].confirmed == everybody]:
            later = party.kept[party.kept.index(name) + 1 :]
            waits = (party.run, party.at) if party.at == CONFIRMED else (None, 0)
            yield becomes(Party(name, later, *waits), name, ended=runs[name].ended)
        if party.run is None:
            for name, run in enumerate(runs):
                if run.base == party.share and not run.begun & bit:
                    yield becomes(party._replace(run=name, at=BEGUN), name, begun=run.begun)
            continue
        name, run = party.run, runs[party.run]
        keeps = (*party.kept, name) if party.at == CONFIRMED and not forgetful else party.kept
        yield becomes(party._replace(kept=keeps, run=None, at=0))
        if party.at == BEGUN and run.begun == everybody:
            yield becomes(party._replace(at=DEALT), name, dealt=run.dealt)
        if party.at == DEALT and run.dealt == everybody:
            yield becomes(party._replace(at=CONFIRMED), name, confirmed=run.confirmed)
        if party.at == CONFIRMED and run.confirmed == everybody:
            yield becomes(Party(name), name, ended=run.ended)


def can_meet(state: State) -> bool:
    """By records of runs that one of them has ended."""

    def reached(party: Party) -> set[int]:
        waits = {*party.kept, party.run} if party.at == CONFIRMED else set(party.kept)
        return {party.share} | {name for name in waits if name is not None and state.runs[name].ended}

    return bool(set.intersection(*map(reached, state.parties)))


def tried(honest: int, most: int, forgetful: bool) -> tuple[int, int]:
    """How many states there are, and in how many of them parties are apart for ever."""
    start = State((Party(),) * honest)
    seen, left, apart = {start}, [start], 0
    while left:
        state = left.pop()
        apart += not can_meet(state)
        for new in after(state, most, forgetful):
            if new not in seen:
                seen.add(new)
                left.append(new)
    return len(seen), apart


def main() -> None:
    honest, most = map(int, sys.argv[1:]) if len(sys.argv) > 1 else (2, 3)
    count, apart = tried(honest, most, forgetful=False)
    print(f"{honest} honest parties, {most} runs: {count} states, {apart} of them without a way back")
    _, without = tried(2, 2, forgetful=True)
    print(f"parties that keep nothing, 2 and 2: {without} without a way back")
    sys.exit(apart > 0 or without == 0)


if __name__ == "__main__":
    main()
