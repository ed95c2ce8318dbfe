"""Which codes are so near that one is a revision of the other, by number alone. Pure."""

#: Ranges of CPT evaluation and management numbers, and the family that each belongs to.
_EM_FAMILIES: tuple[tuple[int, int, str], ...] = (
    (99202, 99205, "office"),
    (99211, 99215, "office"),
    (99221, 99239, "hospital"),
    (99242, 99255, "consultation"),
    (99281, 99285, "emergency"),
    (99291, 99292, "critical"),
    (99304, 99316, "facility"),
    (99341, 99350, "home"),
    (99381, 99397, "preventive"),
)
#: Ranges within which a higher number is a higher level.
_EM_LEVELS: tuple[tuple[int, int], ...] = (
    (99202, 99205), (99211, 99215), (99221, 99223), (99231, 99233), (99242, 99245), (99252, 99255), (99281, 99285),
    (99304, 99306), (99307, 99310), (99341, 99345), (99347, 99350),
)  # fmt: skip
#: Modifiers that say a service is separate, and so is paid.
PAYING_MODIFIERS = frozenset({"25", "57", "59", "XE", "XP", "XS", "XU", "50", "22", "62", "80"})


def is_em(system: str, code: str) -> bool:
    """True for an evaluation and management visit (CPT 992…–993…, and HCPCS G0380–G0384 and G0463 for facilities)."""
    return _em_family(system, code) is not None


def family(system: str, code: str) -> tuple[str, str]:
    """What the code pairs within: its ICD-10-CM category (3 characters), its E/M family, else itself alone."""
    if system == "ICD-10-CM":
        return system, code[:3]
    em = _em_family(system, code)
    return ("E/M", em) if em else (system, code)


def section(system: str, code: str) -> str:
    """The rough chapter of a procedure: HCPCS by letter, CPT by range of numbers."""
    if is_em(system, code):
        return "evaluation and management"
    if system == "HCPCS" or not code[:5].isdecimal():
        return code[:1]
    number = int(code[:5])
    for limit, name in ((2000, "anaesthesia"), (70000, "surgery"), (80000, "radiology"), (90000, "laboratory")):
        if number < limit:
            return name
    return "medicine"


def em_levels_apart(coder: str, auditor: str) -> int | None:
    """How many levels the coder's E/M code lies above the auditor's; None where the two have no common scale."""
    mine, other = _number(coder), _number(auditor)
    if mine is None or other is None:
        return None
    return mine - other if any(low <= mine <= high and low <= other <= high for low, high in _EM_LEVELS) else None


def _em_family(system: str, code: str) -> str | None:
    number = _number(code)
    if system == "HCPCS":
        return "emergency" if code in _TYPE_B_VISITS else "office" if code == "G0463" else None
    if number is None:
        return None
    return next((name for low, high, name in _EM_FAMILIES if low <= number <= high), None)


_TYPE_B_VISITS = frozenset({"G0380", "G0381", "G0382", "G0383", "G0384"})


def _number(code: str) -> int | None:
    if code in _TYPE_B_VISITS:
        return 99281 + int(code[-1])
    return int(code) if len(code) == 5 and code.isdecimal() else None
