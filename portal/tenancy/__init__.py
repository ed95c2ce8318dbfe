"""Clients, their locations and service lines."""
