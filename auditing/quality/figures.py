"""Quality in figures: accuracy by client and coder, findings by type, plans, closed audits. Inside a transaction.

Accuracy is an estimate from the sample: audits that a coder asked for stand in the list and among the findings, and in
no ratio, for what somebody is unsure of is no random chart.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from auditing.quality.rules import AuditState, Direction
from auditing.quality.scoring import Pooled, Score
from portal.database import DB


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which audits are meant; None and '' mean any. Days are UTC and both included, and mean the day of closing."""

    first_on: date
    last_on: date
    client_id: UUID | None = None
    coder_id: UUID | None = None
    outcome: str = ""

    @property
    def until(self) -> date:
        """The day after the last."""
        return self.last_on + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Figure:
    """One client or coder in a period: how much was coded, and what their audits say."""

    id: UUID
    name: str
    coded: int
    unsure: int  # charts whose coder asked for an audit
    pooled: Pooled  # of the sample alone


@dataclass(frozen=True, slots=True)
class TypeCount:
    """Findings of one error type, by direction."""

    error_type: str
    count: int
    under: int
    over: int
    neutral: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A client and the sample plan in force there, if any."""

    client_id: UUID
    client_name: str
    time_zone: str
    percent: Decimal | None
    commitment: str  # hexadecimal
    opened_at: datetime | None
    opened_by: str | None
    decided: int
    drawn: int


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One closed audit in the list."""

    id: UUID
    chart_number: str
    client_name: str
    coder_name: str
    auditor_name: str
    state: AuditState
    outcome: str
    drawn_at: datetime
    closed_at: datetime
    findings: int
    is_asked: bool  # by the coder, outside the sample
    score: Score


_CLOSED = (
    " FROM audit a JOIN LATERAL (SELECT * FROM score WHERE audit_id = a.id ORDER BY version DESC LIMIT 1) s ON true"
    " JOIN chart c ON c.id = a.chart_id JOIN client k ON k.id = a.client_id"
    " JOIN person p ON p.id = a.coder_id JOIN person q ON q.id = a.auditor_id"
    " WHERE a.state = 'closed' AND a.closed_at >= $1 AND a.closed_at < $2"
    " AND ($3::uuid IS NULL OR a.client_id = $3) AND ($4::uuid IS NULL OR a.coder_id = $4)"
    " AND ($5 = '' OR a.outcome = $5)"
)
_SUMS = (
    "SELECT a.client_id, a.coder_id, count(*) AS charts, count(*) FILTER (WHERE s.record_is_correct) AS correct,"
    " sum(s.matched) AS matched, sum(s.matched + s.revised + s.omitted) AS auditor_codes,"
    " sum(s.matched + s.revised + s.extra) AS coder_codes"
)
_FINDINGS = "SELECT f.error_type, f.direction, count(*) AS count FROM finding f WHERE f.audit_id IN (SELECT a.id"
_ROWS = (
    "SELECT a.id, c.number AS chart_number, k.name AS client_name, p.name AS coder_name, q.name AS auditor_name,"
    " a.state, a.outcome, a.drawn_at, a.closed_at, s.matched, s.revised, s.omitted, s.extra, s.record_is_correct,"
    " (SELECT count(*) FROM finding f WHERE f.audit_id = a.id) AS findings, a.draw_id IS NULL AS is_asked"
)


def _arguments(wanted: AuditFilter) -> tuple[Any, ...]:
    return _moment(wanted.first_on), _moment(wanted.until), wanted.client_id, wanted.coder_id, wanted.outcome


async def find_figures(wanted: AuditFilter) -> tuple[list[Figure], list[Figure]]:
    """What the sampled audits of a period say, by client and by coder, each in order of name."""
    rows = await DB.fetch(
        _SUMS + _CLOSED + " AND a.draw_id IS NOT NULL GROUP BY a.client_id, a.coder_id", *_arguments(wanted)
    )
    coded = await DB.fetch(
        "SELECT client_id, coder_of_record AS coder_id, count(*) AS charts FROM chart"
        " WHERE coded_at >= $1 AND coded_at < $2 AND coder_of_record IS NOT NULL"
        " AND ($3::uuid IS NULL OR client_id = $3) AND ($4::uuid IS NULL OR coder_of_record = $4) GROUP BY 1, 2",
        *_arguments(wanted)[:4],
    )
    unsure = await DB.fetch(
        "SELECT client_id, author_id AS coder_id, count(DISTINCT chart_id) AS charts FROM doubt"
        " WHERE kept_at >= $1 AND kept_at < $2 AND ($3::uuid IS NULL OR client_id = $3)"
        " AND ($4::uuid IS NULL OR author_id = $4) GROUP BY 1, 2",
        *_arguments(wanted)[:4],
    )
    clients = {row["id"]: row["name"] for row in await DB.fetch("SELECT id, name FROM client")}
    coders = {row["id"]: row["name"] for row in await DB.fetch("SELECT id, name FROM person WHERE kind = 'coder'")}
    return _figures("client_id", rows, coded, unsure, clients), _figures("coder_id", rows, coded, unsure, coders)


def _figures(
    of: str, audited: Sequence[Any], coded: Sequence[Any], unsure: Sequence[Any], names: dict[UUID, str]
) -> list[Figure]:
    figures = []
    for one in {row[of] for rows in (audited, coded, unsure) for row in rows}:
        mine = [row for row in audited if row[of] == one]
        charts, correct, matched, auditor_codes, coder_codes = (
            int(sum(row[name] for row in mine))
            for name in ("charts", "correct", "matched", "auditor_codes", "coder_codes")
        )
        pooled = Pooled(charts, correct, matched, auditor_codes, coder_codes)
        done, doubted = (sum(row["charts"] for row in rows if row[of] == one) for rows in (coded, unsure))
        figures.append(Figure(one, names[one], done, doubted, pooled))
    return sorted(figures, key=lambda figure: (figure.name, figure.id))


def total(figures: Iterable[Figure]) -> Pooled:
    """All figures together."""
    pooled = [figure.pooled for figure in figures]
    return Pooled(
        sum(one.charts for one in pooled), sum(one.correct for one in pooled), sum(one.matched for one in pooled),
        sum(one.auditor_codes for one in pooled), sum(one.coder_codes for one in pooled),
    )  # fmt: skip


async def count_findings(wanted: AuditFilter) -> list[TypeCount]:
    """Findings of the period's audits by error type, the most frequent first."""
    rows = await DB.fetch(_FINDINGS + _CLOSED + ") GROUP BY 1, 2", *_arguments(wanted))
    by_type: dict[str, dict[str, int]] = {}
    for row in rows:
        by_type.setdefault(row["error_type"], {})[row["direction"]] = row["count"]
    counts = [
        TypeCount(name, sum(each.values()), *(each.get(direction.value, 0) for direction in Direction))
        for name, each in by_type.items()
    ]
    return sorted(counts, key=lambda one: (-one.count, one.error_type))


async def count_audits(wanted: AuditFilter) -> int:
    """How many closed audits the list has."""
    return int(await DB.value("SELECT count(*)" + _CLOSED, *_arguments(wanted)))


async def count_asked(wanted: AuditFilter) -> int:
    """How many of the closed audits a coder asked for, outside the sample."""
    return int(await DB.value("SELECT count(*)" + _CLOSED + " AND a.draw_id IS NULL", *_arguments(wanted)))


async def find_audits(wanted: AuditFilter, *, limit: int | None = None, offset: int = 0) -> list[AuditRow]:
    """Closed audits with their scores, newest first."""
    rows = await DB.fetch(
        _ROWS + _CLOSED + " ORDER BY a.closed_at DESC, a.id DESC LIMIT $6 OFFSET $7", *_arguments(wanted), limit, offset
    )
    return [
        AuditRow(
            row["id"], row["chart_number"], row["client_name"], row["coder_name"], row["auditor_name"],
            AuditState(row["state"]), row["outcome"], row["drawn_at"], row["closed_at"], row["findings"],
            row["is_asked"],
            Score(row["matched"], row["revised"], row["omitted"], row["extra"], row["record_is_correct"]),
        )
        for row in rows
    ]  # fmt: skip


async def find_plans() -> list[Plan]:
    """Every client with the sample plan in force there, and what that plan has decided so far."""
    rows = await DB.fetch(
        "SELECT k.id AS client_id, k.name AS client_name, k.time_zone, s.percent, s.commitment, s.opened_at,"
        " p.name AS opened_by, d.decided, d.drawn"
        " FROM client k LEFT JOIN sample_plan s ON s.client_id = k.id AND s.closed_at IS NULL"
        " LEFT JOIN person p ON p.id = s.opened_by CROSS JOIN LATERAL"
        " (SELECT count(*) AS decided, count(*) FILTER (WHERE is_drawn) AS drawn FROM draw WHERE plan_id = s.id) d"
        " WHERE k.closed_at IS NULL ORDER BY k.name, k.id"
    )
    return [Plan(**{**dict(row), "commitment": bytes(row["commitment"] or b"").hex()}) for row in rows]


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
