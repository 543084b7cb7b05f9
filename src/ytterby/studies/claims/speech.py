"""Quotations and their speakers, hedges, loaded words, sources given."""

from __future__ import annotations

import re
from dataclasses import dataclass

_VERBS = (
    r"said|says|told|stated|states|explained|explains|added|adds|claimed|claims|noted|notes|warned|warns|"
    r"argued|argues|"
    r"insisted|insists|declared|declares|stressed|wrote|writes|replied|announced|remarked|commented|"
    r"emphasi[sz]ed|quipped"
)
_NAME = r"(?:[A-Z][\w'’.-]{1,30}(?: (?:[A-Z][\w'’.-]{1,30}|al|bin|de|van|von|der))*)"
_QUOTE = re.compile(r"“([^“”]{1,1200})”|(?<!\w)\"([^\"]{1,1200})\"")
_OPEN, _CLOSED = re.compile(r"“([^“”]{1,1200})$"), re.compile(r"^([^“”]{1,1200})”")
_AFTER = re.compile(rf"^[\s,]*(?:(?:as )?(?P<s1>{_NAME}|he|she|they|the [\w -]{{3,40}}?|an? [\w -]{{3,40}}?)"
    r" (?:aptly |also |later )?"
                    rf"(?:{_VERBS})\b|(?:{_VERBS})\s(?P<s2>(?:(?:the|an?|deputy|[a-z]+) ){{0,4}}{_NAME}|he|she"
    r"|an? [\w -]{3,40}))")  # fmt: skip
_BEFORE = re.compile(
    rf"(?P<s>{_NAME}|[Hh]e|[Ss]he|[Tt]he [\w ]{{3,30}}?) (?:aptly |also |later |has )?(?:{_VERBS})\b[^.“\"]{{0,40}}$"
)
_ACCORDING = re.compile(rf"[Aa]ccording to (?P<s>(?:the )?{_NAME})")
HEDGES = re.compile(
    r"\b(?:may|might|could|reportedly|allegedly|apparently|perhaps|possibly|likely|seems?|appears?|"
    r"is said to|are said to|"
    r"some say|rumou?red|estimated|believed to|thought to)\b", re.I,
)  # fmt: skip
LOADED = re.compile(
    r"\b(?:hypocri\w+|masterstroke|disgrac\w+|shameful|treasure troves?|whopping|staggering|bold(?:ly)?|"
    r"regimes?|thie(?:f|ves)|"
    r"invaders?|aggressors?|puppets?|swamp|cronies|looting|looters?|plunder\w*|stranglehold|hostages?|blackmail\w*|"
    r"bullying|historic victory|glorious|heroic|brutal\w*|ruthless\w*|greed\w*|double standards?|grandstanding|"
    r"olive branch|aptly|noble|evil|vicious|insane|pathetic|catastroph\w+|outrag\w+|scandal\w*|exploit(?:s|"
    r"ed|ing|ation)?|"
    r"legitimate (?:interests|security concerns)|so-called|illegal occupation|liberat\w+|puppet|traitors?|"
    r"colonial\w*|"
    r"sham|crushing|devastating|dirty|robbery|robbed|stolen|steal\w*|naked|weaponi[sz]\w+|addict\w*|beg|failed|fail|"
    r"not even close|owns? the|enslav\w+|furious|tyran\w+|war machine|coup|newly acquired|proxy wars?|arrogan\w+|"
    r"reckless\w*|cynical\w*|miracle|triumph\w*|victory|prudent|wise|unmatched|crown jewel|gold rush|"
    r"wake up)\b", re.I,
)  # fmt: skip
OPINION = re.compile(
    r"\b(?:widely (?:seen|regarded|believed|viewed|considered|accepted)|(?:many|most|some|few) (?:people|"
    r"experts|analysts|"
    r"observers|voters|europeans|americans|ukrainians|russians|citizens|locals|investors|residents|critics|"
    r"buyers|traders|"
    r"economists|residents|\w+s) (?:believe|think|feel|say|fear|agree|see|want|support|oppose|doubt|argue|"
    r"consider|hold)|"
    r"every(?:body|one) (?:knows|agrees|believes|understands)|nobody (?:believes|doubts|trusts)|"
    r"public opinion|popular support|"
    r"(?:people|voters|citizens|locals) (?:believe|think|fear|want|feel|are)|the world is (?:losing|watching|"
    r"tired|waiting)|"
    r"broader frustration|buyers are|critics say|observers say|is popular|unpopular|consensus)\b", re.I,
)  # fmt: skip
CAUSAL = re.compile(
    r"\b(?:because|due to|owing to|led to|leads to|caused|causes|causing|as a result|thanks to|"
    r"have only made|has only made|"
    r"contribut\w+ to|has (?:only )?deepened|driven by|is why|therefore|triggered|resulted in|prolonging|deepening|"
    r"in response to|in retaliation|came for|turning \w+ into|forced|prompted|so that|stems from|fuell?ed)\b", re.I,
)  # fmt: skip
FUTURE = re.compile(
    r"\b(?:will|would|won't|shall|could|expects?|expected to|forecasts?|predicts?|projects? that|projected|"
    r"by 20[2-9]\d|is set to|"
    r"(?:is|are|was|were) (?:designed|meant|intended|supposed|scheduled|due) to|capable of|"
    r"are set to|going to|plans? to|planned|aims? to|tomorrow|next (?:year|decade|month)|this decade|"
    r"within (?:\w+ ){1,2}years|"
    r"is likely to|are likely to|may|might|should|hopes? to|on track to|if (?:they|it|the|we|prices))\b", re.I,
)  # fmt: skip
_SOURCES = re.compile(r"^\s*sources?(?: include| used| for this article)?\s*:\s*(.*)$", re.I | re.S)
_NAMELESS = re.compile(
    r"\b(?:insiders?|sources (?:say|said|close|familiar)|unnamed|anonymous|it is said|reports say|rumou?rs?)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words between quotation marks, with the speaker if the sentence names one."""

    text: str
    speaker: str | None
    start: int
    end: int


def quotations(text: str, last_speaker: str | None = None) -> list[Quotation]:
    """Return the quotations of a sentence of three words and more; a pronoun means the last speaker.

    >>> quotations('“We are ready to talk,” said Ann Lee.')[0].speaker
    'Ann Lee'
    """
    found = []
    speaker = None
    # A quotation may run over several sentences: its first has no closing mark, its last no opening one.
    marks = [*_QUOTE.finditer(text), *_OPEN.finditer(text), *_CLOSED.finditer(text)]
    for match in sorted(marks, key=lambda item: item.start()):
        words = next(group for group in match.groups() if group)
        if len(words.split()) < 3:
            continue
        named = _speaker(text, match.start(), match.end()) or speaker
        if named is None:
            if not _whole(text, match):
                continue
            named = last_speaker
        if named is not None and named.casefold() in ("he", "she", "they"):
            named = last_speaker or named
        speaker = named
        found.append(Quotation(words, named, match.start(), match.end()))
    return found


def _whole(text: str, match: re.Match[str]) -> bool:
    """Whether the words are a sentence of their own, and not a name between marks."""
    return len(match[0]) >= 0.7 * len(text) or match.re is not _QUOTE


def _speaker(text: str, start: int, end: int) -> str | None:
    after = _AFTER.search(text[end : end + 120])
    if after:
        return _bare(after["s1"] or after["s2"])
    before = _BEFORE.search(text[max(0, start - 160) : start])
    if before:
        return _bare(before["s"])
    told = _ACCORDING.search(text)
    return _bare(told["s"]) if told else None


def _bare(name: str) -> str:
    return re.sub(r"^(?:(?:the|an?|[Aa]s) )", "", name.strip(" ,.")) or name


def attributed(text: str) -> str | None:
    """Return who a sentence says it has its words from: "according to the …"."""
    found = _ACCORDING.search(text)
    return found["s"].removeprefix("the ") if found else None


def source_line(text: str) -> tuple[bool, bool]:
    """Say whether a sentence is a line of sources, and whether it names any that could be looked up."""
    found = _SOURCES.match(text)
    if not found:
        return False, False
    rest = found[1].strip()
    return True, bool(rest) and not _NAMELESS.search(rest)


def nameless(text: str) -> bool:
    """Say whether a sentence rests on people or papers without a name."""
    return bool(_NAMELESS.search(text))
