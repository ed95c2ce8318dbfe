"""What the tests of the code sets share."""

from collections.abc import Iterator

import pytest

from assignments.codesets.loaded import Imported, take_imported


@pytest.fixture(autouse=True)
def nothing_imported() -> Iterator[None]:
    """A process that has imported nothing, before and after."""
    take_imported(Imported())
    yield
    take_imported(Imported())
