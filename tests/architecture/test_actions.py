"""Every action that the access log can tell of is written by something, and only actions are written."""

import ast

from auditing.access_log.actions import Action
from tests.architecture.sources import trees

#: Where actions are only talked about.
TALK = {"auditing.access_log.actions", "portal.pages.access_log_words", "portal.pages.access_log_filter"}


def test_every_action_is_written_by_something() -> None:
    used = {
        node.attr
        for module, tree in trees()
        if module not in TALK
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Action"
    }
    assert {action.name for action in Action} - used == set()


def test_actions_are_named_subject_and_verb_in_order() -> None:
    assert [action.name for action in Action] == sorted(action.name for action in Action)
    for action in Action:
        subject, colon, verb = action.value.partition(":")
        assert colon, action
        assert f"{subject}_{verb}".replace("-", "_").upper() == action.name


def test_nobody_writes_to_the_log_but_record() -> None:
    writers = {
        module
        for module, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "INTO access_event" in node.value
    }
    assert writers == {"auditing.access_log.recording"}
