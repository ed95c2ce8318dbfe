"""What may be written down of the system in which a client's visits are coded: a link, a way, never a secret. Pure."""

import re

LONGEST_URL, LONGEST_INSTRUCTIONS = 500, 2000  # characters

#: Said of anything with which somebody could sign in as somebody else.
NO_SECRETS = (
    "This looks as if it held a password or somebody’s sign-in. Take it out: every coder signs in there with an account"
    " of their own, which the client gives them, and no password of a client is kept here."
)

_URL = re.compile(r"https://[^\s/?#@:]+(:\d{1,5})?([/?#][^\s@]*)?")
_SIGNING_IN = re.compile(
    r"[?&#;](?:pass\w*|pwd?|pin|secret|\w*token|\w*key|auth\w*|session\w*|sid|user\w*|login)=", re.IGNORECASE
)
#: What says that there is none here: “the password is your own”, “Password: ask the client”.
_OWN = r"(?!(?:your|yours|own|one|ask|asked|never|not|needed|required|set|sent|chosen|given|changed|personal)\b)"
_NAMED = re.compile(
    r"\b(?:pass(?:word|code|phrase|key|wd)?|pw|pwd|pin|secret|token|otp|api[ -]?key)s?\b"
    r"[^\S\n]*(?:[:=]|->|→|\bis\b)[^\S\n]*" + _OWN + r"[^\s.,;]",
    re.IGNORECASE,
)
_SOMEBODYS = re.compile(
    r"\b(?:user(?:[ -]?(?:name|id))?|log[ -]?in(?:[ -]?(?:name|id))?)\b[^\S\n]*[:=][^\S\n]*(?!https://)" + _OWN + r"\S"
    r"|\b(?:log|sign)(?:ed)?[ -]?(?:in|on) as[^\S\n]+(?:the[^\S\n]+)?(?!yourself\b)" + _OWN + r"\S",
    re.IGNORECASE,
)
_MARKS = frozenset("!#$%^&*?+~=@")


def refusal_of_url(url: str) -> str | None:
    """Why this cannot be the address of a client's system, in a sentence; None if it can. Empty: there is none."""
    if not url:
        return None
    if len(url) > LONGEST_URL:
        return f"The link is too long: at most {LONGEST_URL} characters. Use the system’s own front page."
    if "@" in url or _SIGNING_IN.search(url):
        return NO_SECRETS
    if not _URL.fullmatch(url):
        return "The link must begin with https:// and lead to the client’s system, such as https://ehr.example."
    return None


def refusal_of_instructions(text: str, url: str) -> str | None:
    """Why this cannot be said of how a visit is found in the system at `url`, in a sentence; None if it can."""
    if len(text) > LONGEST_INSTRUCTIONS:
        return f"The instructions are too long: at most {LONGEST_INSTRUCTIONS} characters."
    if holds_secret(text):
        return NO_SECRETS
    if text and not url:
        return "Give the link as well: the instructions stand beside it. To remove both, empty both fields."
    return None


def holds_secret(text: str) -> bool:
    """True if a text looks as if it held a password, a token or somebody's user name."""
    return bool(_NAMED.search(text) or _SOMEBODYS.search(text) or _SIGNING_IN.search(text)) or any(
        _looks_made_up(word.strip("()[]{}<>\"'“”‘’,.;:")) for word in text.split()
    )


def _looks_made_up(word: str) -> bool:
    """True for a word as passwords are: small and capital letters, digits and marks all in one."""
    if word.startswith("https://"):
        return False
    return len(word) >= 8 and all(
        any(test(letter) for letter in word) for test in (str.islower, str.isupper, str.isdigit, _MARKS.__contains__)
    )
