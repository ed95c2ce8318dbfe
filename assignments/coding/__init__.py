"""Codings: what is checked before one is submitted, its versions, and the submission itself."""
