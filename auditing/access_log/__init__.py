"""The HIPAA trail: who touched which patient's data, when, from where. Opaque ids only: it stands on the ground."""
