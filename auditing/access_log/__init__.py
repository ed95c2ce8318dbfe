"""The HIPAA trail: who touched which patient's data, when and from where. Opaque ids only, so it stands on the ground."""
