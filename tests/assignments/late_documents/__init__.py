"""Documents that come after the delivery."""
