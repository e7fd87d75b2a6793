"""steps."""

from __future__ import annotations

from step_replies import (
    coordinator_replies,
    limit_replies,
    party_replies,
    run_replies,
    service_replies,
    taken_replies,
)

from .case import Case, Output


def party(case: Case) -> Output:
    return party_replies(case.fields)


def service(case: Case) -> Output:
    return service_replies(case.fields)


def runs(case: Case) -> Output:
    return run_replies(case.fields)


def limits(case: Case) -> Output:
    return limit_replies(case.fields)


def taken(case: Case) -> Output:
    return taken_replies(case.fields)


def coordinator(case: Case) -> Output:
    return coordinator_replies(case.fields)


STEPS = {
    "Party": party,
    "Runs": runs,
    "Service": service,
    "Limits": limits,
    "Taken": taken,
    "Coordinator": coordinator,
}
