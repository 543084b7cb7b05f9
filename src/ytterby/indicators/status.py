"""What a value rests on, in one word: a number is never given without one, and a missing number is never a zero.

Every table of indicators has a column `status`. Where it is one of `WITHOUT_VALUE` the value is null and the word says
why; where it is another the value stands and the word says what to know about it.

>>> STATUSES["no imports"]
'no import of the material by the economy is recorded in the year'
"""

from __future__ import annotations

OK = "ok"
IMPUTED = "imputed"
THIN = "thin"
INCOMPLETE = "incomplete"
NO_PRODUCTION = "no production data"
NO_TRADE = "no trade data"
NO_IMPORTS = "no imports"
NO_QUANTITIES = "no quantities"
NO_GOVERNANCE = "no governance"
OTHER_UNIT = "other unit"
NO_PRICE = "no price"
NO_DATA = "no data"
WITHHELD = "withheld"
NET_EXPORTER = "net exporter"
NO_CONSUMPTION = "no consumption"
BOUND = "bound"
RANGE = "range"
MIXED = "mixed mass"
SHARED = "shared code"
NOT_APART = "not told apart"
PUBLISHED = "published"
SHARES_ONLY = "shares only"

STATUSES: dict[str, str] = {
    OK: "computed from complete inputs",
    IMPUTED: "part of the inputs is missing and was put at the mean of the rest; the interval runs over what it may be",
    THIN: "few tonnes, or less than half of the value has a quantity: read with care",
    INCOMPLETE: "some producers have no figure; computed over those that have",
    SHARES_ONLY: "computed from published shares; the tonnes behind them are not known",
    BOUND: "the publisher prints a bound (> or <), and the value is that bound",
    PUBLISHED: "as its publisher prints it; not computed here",
    MIXED: "own output in contained mass against trade in gross weight: an upper bound",
    SHARED: "the trade code holds several materials; the origins are those of the code",
    NOT_APART: "the trade code holds several metals and is never split: no amount of one of them is known",
    RANGE: "the inputs are ranges: only the interval is given",
    NO_PRICE: "no value of trade is recorded, so there is no price; the score stands",
    NO_PRODUCTION: "production of the material in the year is not in the table",
    NO_TRADE: "trade of the material in the year is not in the table",
    NO_IMPORTS: "no import of the material by the economy is recorded in the year",
    NO_QUANTITIES: "imports are recorded without a quantity",
    NO_GOVERNANCE: "more than half of the imports come from economies without a governance figure",
    OTHER_UNIT: "production is in a unit that has no fixed mass, such as million m3 of gas",
    NO_DATA: "no figure",
    WITHHELD: "the publisher withholds the figure",
    NET_EXPORTER: "the publisher prints E, net exporter: below zero, by how much is not said",
    NO_CONSUMPTION: "apparent consumption is not above zero, so no part of it can be told",
}

WITHOUT_VALUE: frozenset[str] = frozenset(
    {
        NO_PRODUCTION,
        NO_TRADE,
        NO_IMPORTS,
        NO_QUANTITIES,
        NO_GOVERNANCE,
        OTHER_UNIT,
        NOT_APART,
        NO_DATA,
        WITHHELD,
        NET_EXPORTER,
        NO_CONSUMPTION,
    }
)
