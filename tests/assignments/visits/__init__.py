"""Tests of earlier visits."""
