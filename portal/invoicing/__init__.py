"""Rates, rated events, invoices: what delivered charts cost, and each month put on one sheet."""
