"""Who may do what: the whole matrix of kinds and permissions on one screen. Pure."""

from enum import StrEnum

from portal.actor import Kind


class Permission(StrEnum):
    """What a route can demand, as `resource:action`. Alphabetical."""

    ACCESS_LOG_READ = "access-log:read"
    ACCOUNT_USE = "account:use"
    AUDIT_WORK = "audit:work"
    CHART_READ = "chart:read"
    CHART_UPLOAD = "chart:upload"
    CLIENT_MANAGE = "client:manage"
    CODING_WORK = "coding:work"
    DUPLICATE_DECIDE = "duplicate:decide"
    FLOOR_READ = "floor:read"
    INVOICE_ISSUE = "invoice:issue"
    INVOICE_READ = "invoice:read"
    PEOPLE_MANAGE = "people:manage"
    PEOPLE_READ = "people:read"
    PLAN_MANAGE = "plan:manage"
    QUALITY_READ = "quality:read"
    RATE_MANAGE = "rate:manage"
    RETENTION_MANAGE = "retention:manage"
    STAFFING_MANAGE = "staffing:manage"


PERMISSIONS: dict[Kind, frozenset[str]] = {
    Kind.CLIENT: frozenset(
        {
            Permission.ACCOUNT_USE,
            Permission.CHART_READ,
            Permission.CHART_UPLOAD,
            Permission.DUPLICATE_DECIDE,
            Permission.INVOICE_READ,
        }
    ),
    Kind.CODER: frozenset({Permission.ACCOUNT_USE, Permission.CODING_WORK}),
    Kind.AUDITOR: frozenset({Permission.ACCOUNT_USE, Permission.AUDIT_WORK}),
    Kind.MANAGER: frozenset(
        {
            Permission.ACCOUNT_USE,
            Permission.CLIENT_MANAGE,
            Permission.DUPLICATE_DECIDE,
            Permission.FLOOR_READ,
            Permission.INVOICE_ISSUE,
            Permission.INVOICE_READ,
            Permission.PEOPLE_READ,
            Permission.PLAN_MANAGE,
            Permission.QUALITY_READ,
            Permission.RATE_MANAGE,
            Permission.STAFFING_MANAGE,
        }
    ),
    Kind.COMPLIANCE: frozenset(
        {
            Permission.ACCOUNT_USE,
            Permission.ACCESS_LOG_READ,
            Permission.PEOPLE_READ,
            Permission.RETENTION_MANAGE,
        }
    ),
    Kind.ADMINISTRATOR: frozenset({Permission.ACCOUNT_USE, Permission.PEOPLE_MANAGE, Permission.PEOPLE_READ}),
}


def permissions_of(kind: Kind) -> frozenset[str]:
    """What somebody of `kind` may do; nobody and the processes may do nothing by route."""
    return PERMISSIONS.get(kind, frozenset())
