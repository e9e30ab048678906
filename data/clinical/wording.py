"""What the program never says about a person, in any language that it speaks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Banned:
    """A way of speaking, why it is not ours, and what to say in its place.

    `may_be_denied`: saying that the program does *not* do it is what a notice is for.
    """

    pattern: re.Pattern[str]
    because: str
    instead: str
    may_be_denied: bool = True


@dataclass(frozen=True, slots=True)
class Phrase:
    """Banned words found in a text."""

    words: str
    because: str
    instead: str


_HURT = r"(?:re-?)?(?:injury|injuries|injured|strains?|tears?|ruptures?)"
_SPORT = (
    r"(?:run|running|sprint|sprinting|play|playing|train|training|compete|competition|return|sport|"
    r"sports|jump|jumping|jog|jogging|the match|matches|the game|full load)"
)
_PERSON = r"(?:athlete|player|patient|person|runner|limb|leg|arm|muscle|hamstring)s?"
_IS = r"(?:is|are|was|were|has been|have been)"
# A denial counts in its own clause, close before the words: "does not predict", "no diagnosis".
_DENIED = re.compile(
    r"\b(?:no|not|never|none|nor|neither|without|cannot|nothing|nobody)\b"
    r"(?:[^.;:!?\n]|\n(?!\n)){0,60}$",
    re.IGNORECASE,
)


def _banned(because: str, instead: str, *patterns: str, may_be_denied: bool = True) -> Banned:
    return Banned(re.compile("|".join(patterns), re.IGNORECASE), because, instead, may_be_denied)


BANNED: Mapping[str, tuple[Banned, ...]] = MappingProxyType(
    {
        "en": (
            _banned(
                "no strength test has adequate properties to screen for injury",
                "the value, its error, and a reference with its population",
                r"\b(?:re-?)?injury[- ]risk\b",
                rf"\brisk of (?:an? |another |future |new |the ){{0,2}}{_HURT}\b",
                r"\b(?:high|higher|low|lower|increased|elevated|reduced|moderate)[- ]risk\b",
                rf"\bat risk (?:of|for) (?:an? |another )?{_HURT}\b",
                rf"\b{_PERSON} {_IS} at risk\b",
            ),
            _banned(
                "no number here predicts what happens to one person",
                "what was measured, when and how surely",
                rf"\bwill (?:get|be|become) {_HURT}\b",
                r"\bwill (?:re-?)?injure\b",
                rf"\bpredict(?:s|ed|ing|ive of|ion of)?\b(?: \w+){{0,3}} {_HURT}\b",
            ),
            _banned(
                "whether somebody may do something is decided by a person",
                "the results, and who signed",
                rf"\bsafe(?:ly)? (?:to|for|return to) {_SPORT}\b",
                rf"\b(?:fit|ready) (?:to|for) {_SPORT}\b",
            ),
            _banned(
                "the program clears nobody",
                "signed off by a person, with name and date",
                rf"\bclear(?:s|ed)? (?:to|for) {_SPORT}\b",
                r"\bclears? (?:him|her|them|you|anybody|anyone|people)\b",
                rf"\b(?:{_PERSON}|medically|you|he|she|they)(?: {_IS})? cleared\b",
                r"^\s*cleared[.!]?\s*$",
                r"\bclearance\b",
            ),
            _banned(
                "a diagnosis is a clinician's",
                "the injury as typed in, and by whom",
                r"\bdiagnos(?:is|es|ed|ing|e)\b",
            ),
            _banned(
                "no force says how much of a muscle is torn",
                "the classification as typed in",
                r"\bgrade [0-4IV]+[a-c]?\b[^.]{0,20}\b(?:tear|strain|rupture)\b",
                r"\b(?:tear|strain|rupture),? grade\b",
            ),
            _banned(
                "normal for whom is not said",
                "the reference with its population",
                r"\babnormal(?:ly|ity|ities)?\b",
                rf"\b(?:{_IS}|looks?|seems?|within|outside|above|below|back to|returned to)"
                r" (?:not )?(?:the )?normal\b(?! (?:mode|form|way|file|speed|case|size|text))",
                r"\bnormal (?:range|limits?|values?|strength|force|a?symmetry|results?)\b",
                may_be_denied=False,
            ),
            _banned(
                "one number is no verdict",
                "the value beside the criterion, signed by a person",
                r"\b(?:pass(?:es|ed)?|fail(?:s|ed)?) (?:the |all )*(?:criteria|criterion|LSI)\b",
                r"\b(?:pass(?:es|ed)?|fail(?:s|ed)?) (?:the )?(?:symmetry|screening|ladder)\b",
                r"\bLSI\b[^.]{0,12}\b(?:pass|passed|fail|failed)\b",
                r"\b(?:green|red)[- ]lights?\b",
            ),
            _banned(
                "a percentile without its population says nothing",
                "the percentile of a named population",
                r"\bpercentile\b(?![^.]{0,60}\b(?:of|among|in)\b)",
            ),
            _banned(
                "a change within the measurement error is no change",
                "the change, its unit and its error",
                rf"\b(?:{_PERSON}|strength|force|peak|side|a?symmetry|you|he|she)\b[^.]{{0,30}}"
                r"\b(?:improved|worsened|deteriorated|got (?:better|worse))\b",
            ),
        ),
    }
)


def banned_phrases(text: str, language: str = "en") -> list[Phrase]:
    """What must not be said, in the order of the text. Raises KeyError for a language without a
    list: it needs one before it is spoken."""
    found: list[tuple[int, Phrase]] = []
    for rule in BANNED[language]:
        for hit in rule.pattern.finditer(text):
            if rule.may_be_denied and _DENIED.search(text[: hit.start()]):
                continue
            found.append((hit.start(), Phrase(hit[0], rule.because, rule.instead)))
    return [phrase for _, phrase in sorted(found, key=lambda each: each[0])]
