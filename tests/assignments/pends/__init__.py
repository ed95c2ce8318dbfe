"""Tests of pends."""
