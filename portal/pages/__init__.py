"""The shell's own pages, and the list of every route of the product."""

from assignments.charts_for_clients import routes as charts_for_clients
from assignments.desk import routes as desk
from assignments.duplicates import routes as duplicates
from assignments.intake import routes as intake
from assignments.retention import routes as retention
from assignments.viewing import routes as viewing
from auditing.quality import routes as audits
from auditing.quality import routes_quality as quality
from portal.invoicing import routes as invoicing
from portal.pages import access_log, client, clients, floor, people, person
from portal.pages.home import show_home
from portal.pages.sign_in import post_sign_in, post_sign_out, show_sign_in

ROUTES = [
    show_home,
    show_sign_in,
    post_sign_in,
    post_sign_out,
    *access_log.ROUTES,
    *intake.ROUTES,
    *charts_for_clients.ROUTES,
    *desk.ROUTES,
    *duplicates.ROUTES,
    *retention.ROUTES,
    *viewing.ROUTES,
    *audits.ROUTES,
    *quality.ROUTES,
    *invoicing.ROUTES,
    *client.ROUTES,
    *clients.ROUTES,
    *floor.ROUTES,
    *people.ROUTES,
    *person.ROUTES,
]
