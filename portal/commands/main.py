"""The `chartway` command. Each subcommand is imported when it is called, so that help answers at once."""

import click

from portal.commands.lazy import LazyGroup

#: Where each subcommand lives, in the order of the help page, with the line that stands there.
COMMANDS = {
    "demo": ("portal.commands.demo.command", "Load the demo company, walk one chart's whole life, serve the portal."),
    "serve": ("portal.commands.serve", "Serve the portal to browsers."),
    "worker": ("portal.commands.worker", "Make page images, return expired charts, hand out chart events."),
    "migrate": ("portal.commands.migrate", "Bring the database to the newest state."),
    "administrator": ("portal.commands.administrator", "Add the first administrator."),
    "keys": ("portal.commands.keys", "Rotate the clients' keys, destroy a client's, show the certificate."),
    "codes": ("portal.commands.codes", "Import releases of code sets, list and drop them, look ahead."),
    "verify": ("portal.commands.verify", "Read stored documents to their end and check them."),
    "vectors": ("portal.commands.vectors", "Try published test vectors on the sealed reader."),
    "bench": ("portal.commands.bench.command", "Measure the product on this machine, on a scratch database."),
    "report": ("portal.commands.report.command", "Print figures of what the product does."),
    "simulate": ("portal.commands.simulate", "Simulate orders of the line in a made-up company."),
    "clients": ("portal.commands.clients", "Export, close and purge a client that leaves."),
    "roles": ("portal.commands.roles", "Print the script that makes the database roles."),
}


@click.command(
    cls=LazyGroup, places=COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)  # fmt: skip
@click.version_option(package_name="chartway", message="%(package)s %(version)s")
def main() -> None:
    """Chartway, the portal that an outsourced medical-coding company runs on.

    Client clinics upload encounter documents; coders pull charts and code them; auditors audit a sample; managers watch
    the floor and invoice the clients; every touch of a patient's record is kept in the access log.

    \b
    To see it:      chartway demo
    To run it:      chartway migrate, then chartway serve and chartway worker side by side

    Settings come from the environment; .env.example explains each of them. Without CHARTWAY_DATABASE_URL an embedded
    PostgreSQL is used, whose data lie in CHARTWAY_DATA (./.chartway).
    """


if __name__ == "__main__":
    main()
