"""Tests of favourites and sets."""
