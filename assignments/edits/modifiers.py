"""Modifiers by their two characters: which exist, which say that a service was separate, and what a visit is.

The numeric ones belong to CPT, whose wording is its owner's: nothing of it stands here. Those of HCPCS Level II are
CMS's; letters that CMS gives out in runs stand as runs. Pure.
"""

import re

#: NCCI takes any of these for a reason to pay both codes of a pair whose indicator is 1.
SAYS_SEPARATE = frozenset((
    "E1", "E2", "E3", "E4", "FA", "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "TA", "T1", "T2", "T3", "T4",
    "T5", "T6", "T7", "T8", "T9", "LT", "RT", "LC", "LD", "RC", "LM", "RI", "24", "25", "27", "57", "58", "59", "78",
    "79", "91", "XE", "XP", "XS", "XU",
))  # fmt: skip

#: The finer kinds of 59.
SEPARATE_KINDS = ("XE", "XP", "XS", "XU")

_KNOWN = re.compile(
    "2[2-7]|3[23]|47|5[0-9]|6[236]|7[346789]|8[012]|9[0-35-9]|[1238]P|P[1-6]"
    "|A[1-9A-Z]|B[ALOPRU]|C[A-Z]|DA|E[1-4A-EJMPRSTXY]|F[1-9ABCFPQRSTXY]|G[0-9A-Z]|H[A-Z]|J[1-6ABCDEGWZ]"
    "|K[0-9A-Z]|L[1CDMRSTU]|M[2ABDEFSX]|N[ABRU]|P[ABCDILMNOST]|Q[0-9A-Z]|R[ABCDEIRT]|S[A-HJ-NQSTUVWYZ]"
    "|T[1-9A-HJ-NP-W]|U[1-9A-DJKNPQRS]|V[1-9MP]|X[1-5EPSU]|Z[ABC]"
)

#: Numbers of visits: evaluation and management of CPT, eye examinations, and CMS's own for clinics and emergencies.
_VISITS = re.compile(
    r"99(20[2-9]|2[1-9]\d|3\d\d|4\d\d)|920(02|04|12|14)|G0(24[567]|38[0-4]|402|438|439|463|46[6-9]|470)"
)


def is_known(modifier: str) -> bool:
    """Whether these two characters are a modifier of CPT or HCPCS Level II."""
    return _KNOWN.fullmatch(modifier) is not None


def is_evaluation(code: str) -> bool:
    """Whether this number stands for a visit, which alone takes modifiers 25 and 57."""
    return _VISITS.fullmatch(code) is not None
