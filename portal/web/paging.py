"""Pages of a list: which one is asked for, how many there are, and links that keep the filter."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

PAGE = 50


@dataclass(frozen=True, slots=True)
class Paging:
    """One page of a list of `total`; `prefix` is a link that ends just before the page's number."""

    page: int
    pages: int
    total: int
    limit: int
    prefix: str

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.page - 1) * self.limit


def read_paging(query: Mapping[str, str], total: int, *, limit: int = PAGE) -> Paging:
    """The page that a query string asks for; one that does not exist becomes the nearest that does."""
    asked = query.get("page", "1")
    pages = max(1, -(-total // limit))
    page = min(max(1, int(asked)), pages) if asked.isdecimal() and len(asked) < 7 else 1
    return Paging(page, pages, total, limit, f"?{kept(query)}page=")


def kept(query: Mapping[str, str], *without: str) -> str:
    """The filter of a query string, to stand before another parameter: what is empty and the page are left out."""
    words = [(name, value) for name, value in query.items() if value and name not in ("page", *without)]
    return urlencode(words) + "&" if words else ""
