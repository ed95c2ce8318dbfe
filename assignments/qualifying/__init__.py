"""Who may work on what: qualifications and what asks for them, and from which countries charts may be seen."""
