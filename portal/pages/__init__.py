"""The shell's own pages, and the list of every route of the product."""

from assignments.batches import routes as batches
from assignments.batches import schedule_routes
from assignments.bulk import routes as bulk
from assignments.bulk import split_routes as splitting
from assignments.charges import routes as charges
from assignments.charts_for_clients import routes as charts_for_clients
from assignments.desk import routes as desk
from assignments.desk import routes_tree
from assignments.duplicates import routes as duplicates
from assignments.evidence import routes as evidence
from assignments.favourites import routes as favourites
from assignments.favourites import routes_pushing as pushing_sets
from assignments.intake import routes as intake
from assignments.intake import routes_adding as adding
from assignments.intake import routes_staging as staging
from assignments.late_documents import routes as new_documents
from assignments.pends import routes as pend_inbox
from assignments.pends import routes_questions as questions
from assignments.querying import routes as querying
from assignments.querying import routes_answering as answering_queries
from assignments.querying import routes_managing as managing_queries
from assignments.querying import routes_templates as query_templates
from assignments.releases import routes as releases
from assignments.results import routes as results
from assignments.retention import routes as retention
from assignments.viewing import routes as viewing
from assignments.visits import routes as visits
from assignments.working import routes as working
from assignments.worklists import routes as worklists
from auditing.quality import routes as audits
from auditing.quality import routes_evaluating as evaluating
from auditing.quality import routes_quality as quality
from portal.invoicing import routes as invoicing
from portal.pages import (
    access_log,
    agreements,
    api_tokens,
    client,
    client_days,
    client_edits,
    client_limits,
    client_pends,
    client_record,
    client_staffing,
    client_systems,
    clients,
    fairness,
    floor,
    floor_chart,
    guideline_history,
    late_documents,
    line_promise,
    own_work,
    pend_reasons,
    pends,
    people,
    person,
    person_work,
    safekeeping,
    service_line_work,
    shift_plan,
    turnaround,
    work,
    work_moving,
)
from portal.pages.home import show_home
from portal.pages.sign_in import post_sign_in, post_sign_out, show_session, show_sign_in

ROUTES = [
    show_home,
    show_sign_in,
    post_sign_in,
    post_sign_out,
    show_session,
    *access_log.ROUTES,
    *intake.ROUTES,
    *batches.ROUTES,
    *schedule_routes.ROUTES,
    *bulk.ROUTES,
    *splitting.ROUTES,
    *staging.ROUTES,
    *adding.ROUTES,
    *charges.ROUTES,
    *charts_for_clients.ROUTES,
    *releases.ROUTES,
    *desk.ROUTES,
    *routes_tree.ROUTES,
    *favourites.ROUTES,
    *pushing_sets.ROUTES,
    *duplicates.ROUTES,
    *pend_inbox.ROUTES,
    *questions.ROUTES,
    *querying.ROUTES,
    *answering_queries.ROUTES,
    *managing_queries.ROUTES,
    *query_templates.ROUTES,
    *results.ROUTES,
    *retention.ROUTES,
    *viewing.ROUTES,
    *evidence.ROUTES,
    *new_documents.ROUTES,
    *visits.ROUTES,
    *working.ROUTES,
    *worklists.ROUTES,
    *audits.ROUTES,
    *quality.ROUTES,
    *evaluating.ROUTES,
    *invoicing.ROUTES,
    *agreements.ROUTES,
    *client.ROUTES,
    *client_days.ROUTES,
    *client_limits.ROUTES,
    *client_edits.ROUTES,
    *client_pends.ROUTES,
    *client_record.ROUTES,
    *client_systems.ROUTES,
    *client_staffing.ROUTES,
    *clients.ROUTES,
    *fairness.ROUTES,
    *floor.ROUTES,
    *floor_chart.ROUTES,
    *guideline_history.ROUTES,
    *late_documents.ROUTES,
    *line_promise.ROUTES,
    *own_work.ROUTES,
    *pend_reasons.ROUTES,
    *pends.ROUTES,
    *people.ROUTES,
    *api_tokens.ROUTES,
    *person.ROUTES,
    *person_work.ROUTES,
    *safekeeping.ROUTES,
    *turnaround.ROUTES,
    *service_line_work.ROUTES,
    *shift_plan.ROUTES,
    *work.ROUTES,
    *work_moving.ROUTES,
]
