"""Which passwords are taken."""

import pytest

from portal.errors import Invalid
from portal.identity.passwords import ensure_acceptable


@pytest.mark.parametrize(
    "password",
    [
        "short words", "x" * 129, "aaaaaaaaaaaaaaaaaa", "abcabcabcabcabcabc", "passwordpassword", "Password12345678!",
        "qwertyuiopqwerty", "welcome2chartway1", "123456789012345",
    ],
)  # fmt: skip
def test_what_would_be_guessed_is_refused_with_a_sentence(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        ensure_acceptable(password, "zed@example.com", "zed", "Zed Newhire")
    assert refused.value.message.endswith(".")


def test_a_few_unrelated_words_are_taken_as_they_are() -> None:
    assert ensure_acceptable("a quiet harbour at dawn", "zed@example.com") == "a quiet harbour at dawn"
    assert ensure_acceptable("cafe\u0301 au lait at seven", "z") == "café au lait at seven"
