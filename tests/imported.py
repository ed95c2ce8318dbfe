"""What the portal's processes import and build when they start; whoever imports this has done it for them."""

import granian.server
import pytest

import portal.app
import portal.commands.bench.seaweed
import portal.commands.serve
import portal.commands.worker
from assignments.codesets.index import load_index

# pytest, too: a forked process imports the program of the one that asked for it.
__all__ = ["granian", "portal", "pytest"]

load_index()
