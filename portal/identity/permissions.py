"""Who may do what: the whole matrix of kinds and permissions on one screen. Pure."""

from enum import StrEnum

from portal.actor import Kind


class Permission(StrEnum):
    """What a route can demand, as `resource:action`. Alphabetical."""

    ACCESS_LOG_READ = "access-log:read"
    ACCOUNT_USE = "account:use"
    AGREEMENT_MANAGE = "agreement:manage"
    API_CHARTS = "api:charts"
    API_DELIVER = "api:deliver"
    API_EXPORTS = "api:exports"
    API_MANAGE = "api:manage"
    API_RESULTS = "api:results"
    AUDIT_WORK = "audit:work"
    BATCH_READ = "batch:read"
    BATCH_RECONCILE = "batch:reconcile"
    CHART_HASTEN = "chart:hasten"
    CHART_READ = "chart:read"
    CHART_RESCHEDULE = "chart:reschedule"
    CHART_UPLOAD = "chart:upload"
    CLIENT_MANAGE = "client:manage"
    CODE_SET_MANAGE = "code-set:manage"
    CODING_WORK = "coding:work"
    DUPLICATE_DECIDE = "duplicate:decide"
    FLOOR_READ = "floor:read"
    INVOICE_ISSUE = "invoice:issue"
    INVOICE_READ = "invoice:read"
    LINE_MANAGE = "line:manage"
    PEND_ANSWER = "pend:answer"
    PEND_MANAGE = "pend:manage"
    PEOPLE_MANAGE = "people:manage"
    PEOPLE_READ = "people:read"
    PLAN_MANAGE = "plan:manage"
    QUALITY_READ = "quality:read"
    QUERY_ANSWER = "query:answer"
    QUERY_MANAGE = "query:manage"
    QUESTION_ANSWER = "question:answer"
    RATE_MANAGE = "rate:manage"
    RETENTION_MANAGE = "retention:manage"
    SAFEKEEPING_READ = "safekeeping:read"
    STAFFING_MANAGE = "staffing:manage"


PERMISSIONS: dict[Kind, frozenset[str]] = {
    Kind.CLIENT: frozenset(
        {
            Permission.ACCOUNT_USE,
            Permission.BATCH_READ,
            Permission.BATCH_RECONCILE,
            Permission.CHART_HASTEN,
            Permission.CHART_READ,
            Permission.CHART_UPLOAD,
            Permission.DUPLICATE_DECIDE,
            Permission.INVOICE_READ,
            Permission.PEND_ANSWER,
            Permission.QUERY_ANSWER,
        }
    ),
    Kind.CODER: frozenset({Permission.ACCOUNT_USE, Permission.CODING_WORK}),
    Kind.AUDITOR: frozenset({Permission.ACCOUNT_USE, Permission.AUDIT_WORK}),
    Kind.MANAGER: frozenset(
        {
            Permission.ACCOUNT_USE,
            Permission.BATCH_READ,
            Permission.BATCH_RECONCILE,
            Permission.CHART_HASTEN,
            Permission.CHART_RESCHEDULE,
            Permission.CLIENT_MANAGE,
            Permission.CODE_SET_MANAGE,
            Permission.DUPLICATE_DECIDE,
            Permission.FLOOR_READ,
            Permission.INVOICE_ISSUE,
            Permission.INVOICE_READ,
            Permission.LINE_MANAGE,
            Permission.PEND_MANAGE,
            Permission.PEOPLE_READ,
            Permission.PLAN_MANAGE,
            Permission.QUALITY_READ,
            Permission.QUERY_MANAGE,
            Permission.QUESTION_ANSWER,
            Permission.RATE_MANAGE,
            Permission.STAFFING_MANAGE,
        }
    ),
    Kind.COMPLIANCE: frozenset(
        {
            Permission.ACCESS_LOG_READ,
            Permission.ACCOUNT_USE,
            Permission.AGREEMENT_MANAGE,
            Permission.PEOPLE_READ,
            Permission.RETENTION_MANAGE,
            Permission.SAFEKEEPING_READ,
        }
    ),
    Kind.ADMINISTRATOR: frozenset(
        {
            Permission.ACCOUNT_USE,
            Permission.AGREEMENT_MANAGE,
            Permission.API_MANAGE,
            Permission.PEOPLE_MANAGE,
            Permission.PEOPLE_READ,
            Permission.SAFEKEEPING_READ,
        }
    ),
}

#: What a token of the API may be made for, in words; no kind of person has these, and no token has any other.
SCOPES: dict[str, str] = {
    Permission.API_DELIVER: "Send deliveries and encounters, and read their reports",
    Permission.API_CHARTS: "Read how far a chart has come",
    Permission.API_RESULTS: "Read the codes of delivered charts",
    Permission.API_EXPORTS: "Fetch charge exports and answer whether they were taken in",
}


def permissions_of(kind: Kind) -> frozenset[str]:
    """What somebody of `kind` may do; nobody and the processes may do nothing by route."""
    return PERMISSIONS.get(kind, frozenset())
