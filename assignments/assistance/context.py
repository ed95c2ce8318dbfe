"""What a sentence says about a mention: affirmed, absent, somebody else's, past or only suspected.

A table of our own after the idea of ConText (Harkema and others, 2009): triggers that look forward or back, words
that only look like triggers, and words that end a scope. English, and the Spanish of the shared task. Pure.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Context(StrEnum):
    """How a mention stands in its sentence; where several apply, the first of this order."""

    FAMILY = "family"
    NEGATED = "negated"
    UNCERTAIN = "uncertain"
    HISTORY = "history"
    AFFIRMED = "affirmed"


FORWARD, BACKWARD = 1, -1
#: How many words a trigger reaches, unless the sentence or a terminator ends first.
_REACH = {FORWARD: 12, BACKWARD: 6}

_ABSENT, _OTHERS, _MAYBE, _PAST = Context.NEGATED, Context.FAMILY, Context.UNCERTAIN, Context.HISTORY

_TRIGGERS: Sequence[tuple[Context, int, str]] = (
    (_ABSENT, FORWARD, r"no(?: evidence| signs?| sign| symptoms?| history| known| new| acute)?(?: of| for)?"),
    (_ABSENT, FORWARD, r"not(?: have| had| having| show| demonstrate| reveal| complain(?:ing)? of)?"),
    (_ABSENT, FORWARD, r"without(?: any)?(?: evidence| signs?)?(?: of)?|w/o|absence of|lack of|free of|free from"),
    (_ABSENT, FORWARD, r"den(?:y|ies|ied|ying)|negative for|neg for|never(?: had)?|neither|nor|rules? out for"),
    (_ABSENT, FORWARD, r"ruled out(?: for)|(?:doesn'?t|didn'?t|don'?t|isn'?t|wasn'?t|hasn'?t|hadn'?t)(?: have)?"),
    (_ABSENT, FORWARD, r"unremarkable for|cleared of|rather than|instead of|fails? to reveal"),
    (_ABSENT, FORWARD, r"sin|ni|nieg[ao]n?|negaba|ausencia de|descart\w+|negativ[oa]s? para|nunca"),
    (_ABSENT, BACKWARD, r"(?<!be )ruled out|(?:is|was|are|were) unlikely"),
    (_ABSENT, BACKWARD, r"(?:is|was|are|were) (?:absent|negative|not (?:seen|present|found|noted|identified))"),
    (_ABSENT, BACKWARD, r"not (?:seen|present|found|noted|identified|appreciated|detected)"),
    (_ABSENT, BACKWARD, r"none|(?<!be )(?<!not )excluded|negative"),
    (_ABSENT, BACKWARD, r"denied|descartad[oa]s?|ausentes?|negativ[oa]s?"),
    (_OTHERS, FORWARD, r"family (?:medical )?(?:history|hx)(?: of)?|fam hx|fhx?|antecedentes familiares(?: de)?"),
    (_OTHERS, FORWARD, r"mother|father|brother|sister|sibling|grandmother|grandfather|grandparents?|aunt|uncle"),
    (_OTHERS, FORWARD, r"cousin|maternal|paternal|parents?|madre|padre|herman[oa]s?|abuel[oa]s?|ti[oa]|prim[oa]"),
    (_OTHERS, BACKWARD, r"(?:in|of|by) (?:his|her|their|the) (?:mother|father|brother|sister|parents?|family)"),
    (_OTHERS, BACKWARD, r"runs? in the family|in (?:a )?first[- ]degree relatives?"),
    (_MAYBE, FORWARD, r"probabl[ey]|possibl[ey]|suspected|suspicious for|suspicion (?:of|for)|suspect|likely"),
    (_MAYBE, FORWARD, r"rule out|r/o|to exclude|concern(?:ing|ed)? for|presumed|presumptive|may be"),
    (_MAYBE, FORWARD, r"might (?:be|have)|may have|could (?:be|have)|vs\.?|versus|differential(?: diagnosis)?"),
    (_MAYBE, FORWARD, r"cannot (?:exclude|rule out)|suggestive of|suggests?|appears? to (?:be|have)|equivocal"),
    (_MAYBE, FORWARD, r"compatible with|consistent with|indicative of"),
    (_MAYBE, FORWARD, r"comparable with|working diagnosis|risk (?:of|for)"),
    (_MAYBE, FORWARD, r"questionable|evaluat(?:e|ed|ion) for|screen(?:ing|ed)? for|return if|in case of|if"),
    (_MAYBE, FORWARD, r"sospecha de|probable|posible|compatible con|sugestiv[oa] de"),
    (_MAYBE, BACKWARD, r"(?:is|was|are|were|remains?) (?:suspected|possible|probable|likely|questioned|considered)"),
    (_MAYBE, BACKWARD, r"(?:cannot|could not|can not) be (?:excluded|ruled out)"),
    (_MAYBE, BACKWARD, r"is in the differential|not excluded|vs\.?"),
    (_MAYBE, BACKWARD, r"versus|to be (?:ruled out|excluded)"),
    (_PAST, FORWARD, r"(?:past |prior |previous |remote )?(?:medical |surgical )?history(?: of| significant for)?"),
    (_PAST, FORWARD, r"h/o|hx(?: of)?|pmhx?|status post|s/p|previous|prior|remote|childhood|resolved|antecedentes? de"),
    (_PAST, BACKWARD, r"(?:has|have|had)? ?(?:since )?resolved|years? ago|months? ago|in (?:the past|childhood)"),
)  # fmt: skip

#: They have a trigger's words and not its sense; what they cover triggers nothing.
_PSEUDO = (
    r"no (?:significant |interval |further |appreciable )?(?:increase|change|changes|worsening|improvement)(?: in| of)?"
    r"|no (?:longer|doubt|wonder|matter)|not only|not (?:certain|sure|clear|known) (?:if|whether)|not necessarily"
    r"|gram[- ]negative|rh[- ]negative|negative pressure|without (?:difficulty|complications?|incident|issue)"
    r"|history (?:of (?:the )?present(?:ing)? illness|obtained|provided|taken|from|is obtained|was obtained)"
    r"|(?:mother|father|parents?|brother|sister|aunt|uncle|grandmother|grandfather) "
    r"(?:reports?|states?|says?|notes?|denies|brought|brings|is concerned"
    r"|at (?:the )?bedside|is present|was present|confirms)"
    r"|(?:accompanied by|lives with|with|per|according to|by) (?:his "
    r"|her |their |the )?(?:mother|father|parents?|sister|brother)"
    r"|prior to|previous(?:ly)? (?:visit|noted|seen)|what if|as if|sin embargo|no obstante|sin cambios|no solo"
)
_TERMINATORS = (
    r"but|however|although|though|except|apart from|aside from|nevertheless|yet|still|which|who|secondary to|due to"
    r"|because|causing|since|presents?|presented|admitted|complains"
    r"|complaining|reports|reported|now has|now with|found to have"
    r"|for which|positive for|pero|aunque|salvo|excepto|presenta(?:ba)?|debido a|secundari[oa]s? a|que presenta"
)
_WORD = r"(?<![a-z0-9])(?:{})(?![a-z0-9])"
_pseudo = re.compile(_WORD.format(_PSEUDO))
_terminator = re.compile(_WORD.format(_TERMINATORS) + "|[;:]")
_triggers = [(context, way, re.compile(_WORD.format(pattern))) for context, way, pattern in _TRIGGERS]
_ends_at_comma = re.compile(r"(?:without|sin|w/o)\b")
_list_goes_on = re.compile(r"(?:^|[ ,])(?:or|nor|ni|o)(?![a-z0-9])")
_HEADINGS = {
    Context.FAMILY: re.compile(r"famil|^fh"),
    Context.HISTORY: re.compile(r"^(?:past|previous|prior|pmh|psh|surgical hist)|antecedentes"),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """A run of characters of a sentence in which a trigger rules."""

    context: Context
    start: int
    end: int


def context_of(sentence: str, start: int, end: int, heading: str = "") -> Context:
    """The context of the mention at these characters of its sentence, under this (folded) heading of a section."""
    found = {scope.context for scope in scopes_of(sentence) if scope.start <= start and end <= scope.end}
    found.update(context for context, pattern in _HEADINGS.items() if heading and pattern.search(heading))
    return next(context for context in Context if context in found or context is Context.AFFIRMED)


@lru_cache(maxsize=4096)
def scopes_of(sentence: str) -> tuple[Scope, ...]:
    """Every trigger's scope in a sentence."""
    plain = "".join(map(_plain, sentence))
    hidden = _pseudo.sub(lambda match: "#" * len(match[0]), plain)
    stops = [(match.start(), match.end()) for match in _terminator.finditer(plain)]
    scopes = []
    for context, way, pattern in _triggers:
        for match in pattern.finditer(hidden):
            if way == FORWARD:
                scopes.append(Scope(context, match.end(), _forward_end(context, plain, match, stops)))
            else:
                begin = max((stop for _, stop in stops if stop <= match.start()), default=0)
                words = [word.start() for word in re.finditer(r"\S+", plain[begin : match.start()])]
                reach = words[-_REACH[BACKWARD] :]
                scopes.append(Scope(context, begin + reach[0] if reach else begin, match.start()))
    return tuple(scopes)


def _forward_end(context: Context, plain: str, match: re.Match[str], stops: Sequence[tuple[int, int]]) -> int:
    # a trigger that is itself a terminator's neighbour: only what stands after it counts
    end = min((start for start, _ in stops if start >= match.end()), default=len(plain))
    if context is Context.FAMILY:
        return end
    comma = plain.find(",", match.end(), end)
    if comma >= 0 and _ends_at_comma.match(match[0]) and not _list_goes_on.search(plain, comma, end):
        end = comma
    words = [word.end() for word in re.finditer(r"\S+", plain[match.end() : end])]
    return match.end() + words[_REACH[FORWARD] - 1] if len(words) > _REACH[FORWARD] else end


def _plain(letter: str) -> str:
    """One folded character for one, so that places stay."""
    return letter.lower()[:1] if letter.isascii() else unicodedata.normalize("NFKD", letter)[:1].lower()
