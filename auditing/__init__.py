"""Two audits: `quality` audits the coding, `access_log` the access."""
