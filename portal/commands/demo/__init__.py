"""The demo company: who it is, what its clients send, and how `chartway demo` brings it to life."""
