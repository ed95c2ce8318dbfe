"""Patients and charts, and the people who code them: intake, the line, the desk, codings."""
