"""The shell's own pages, and the list of every route of the product."""

from assignments.charts_for_clients import routes as charts_for_clients
from assignments.desk import routes as desk
from assignments.intake import routes as intake
from assignments.intake import routes_adding as adding
from assignments.intake import routes_staging as staging
from assignments.viewing import routes as viewing
from auditing.quality import routes as audits
from auditing.quality import routes_quality as quality
from portal.invoicing import routes as invoicing
from portal.pages import access_log, client, client_limits, clients, floor, late_documents, people, person
from portal.pages.home import show_home
from portal.pages.sign_in import post_sign_in, post_sign_out, show_sign_in

ROUTES = [
    show_home,
    show_sign_in,
    post_sign_in,
    post_sign_out,
    *access_log.ROUTES,
    *intake.ROUTES,
    *staging.ROUTES,
    *adding.ROUTES,
    *charts_for_clients.ROUTES,
    *desk.ROUTES,
    *viewing.ROUTES,
    *audits.ROUTES,
    *quality.ROUTES,
    *invoicing.ROUTES,
    *client.ROUTES,
    *client_limits.ROUTES,
    *clients.ROUTES,
    *floor.ROUTES,
    *late_documents.ROUTES,
    *people.ROUTES,
    *person.ROUTES,
]
