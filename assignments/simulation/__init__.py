"""A simulated company: what an order of the line does to deadlines, clients and people."""
