"""How people behave in a crisis: the behaviour of every scenario, and what only a replay of history needs so far.

Two mechanisms are added to what a scenario over time has. News that supply is cut *alarms* those who buy by it: they
want more stock than usual, and the worth of having stock rises steeply where it is short. And who holds licences of a
quota *holds them back*: N holders as large as one another who take the sales of the others as given (Cournot, as in
Tirole, The Theory of Industrial Organization, 1988, chapter 5) sell fewer licences than they have when that pays.

Each number is an assumption with a range and a reason; one set serves every episode, and none is fitted to one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ytterby.model.behaviour import TABLE, Behaviour, Row


@dataclass(frozen=True, slots=True)
class CrisisBehaviour(Behaviour):
    """The behavioural parameters of a replay, values only; `ROWS` holds their ranges and reasons."""

    alarm: float = 3.0
    alarm_months: float = 9.0
    cover_response: float = 0.25
    licence_holders: float = 6.0


ROWS = (
    *TABLE,
    Row("crisis.alarm", 3.0, 1.0, 6.0, "of usual stock", "What alarmed users want is published by nobody; two months of"
        " use become six. Who buys only a part by what was cut wants that part of it more."),
    Row("crisis.alarm_months", 9.0, 6.0, 12.0, "months", "Until another source is qualified: six months to a year for"
        " gases of chip makers (TrendForce, told by Tom's Hardware, 4 March 2022)."),
    Row("crisis.cover_response", 0.25, 0.15, 0.5, "elasticity", "At half the wanted stock one more tonne is worth 16"
        " times what it is worth at the wanted one: lines stop when the shelf is empty, up to the value of lost use."),
    Row("crisis.licence_holders", 6.0, 3.0, 31.0, "holders", "31 companies had quotas in the second half of 2011"
        " (Ministry of Commerce of China, told by Technology Metals Research, 14 July 2011); those who grant them may"
        " act as one. The middle of 1 and 31 on a scale of ratios is 5.6."),
)  # fmt: skip


def rows(at: CrisisBehaviour) -> tuple[Row, ...]:
    """The table at the values of `at`."""
    return tuple(replace(row, value=getattr(at, row.id.partition(".")[2])) for row in ROWS)
