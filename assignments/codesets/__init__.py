"""Code sets: the ICD-10-CM release that ships, its search, and the form of procedure lines."""
