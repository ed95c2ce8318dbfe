"""The code lines that somebody is working on: shared by the coder's desk and the auditor's worksheet."""
