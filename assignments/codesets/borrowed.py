"""Words said of a code that stand neither in its title nor in its terms; whence, docs/vendored.md says."""

import gzip
from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=1)
def load_borrowed() -> dict[str, str]:
    """Borrowed words by tabular code without its dot."""
    packed = (files(__package__) / "data" / "borrowed.tsv.gz").read_bytes()
    return dict(line.split("\t") for line in gzip.decompress(packed).decode().splitlines() if line[0] != "#")
