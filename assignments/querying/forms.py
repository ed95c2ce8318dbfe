"""What a posted builder, or a posted template, says."""

from collections.abc import Mapping
from dataclasses import replace

from assignments.querying.drafts import Draft
from assignments.querying.linting import RULES
from assignments.querying.rules import STANDING, Means, Purpose, Shape, arrange


def read_standing(values: Mapping[str, str]) -> frozenset[Means]:
    """The standing options that are ticked."""
    return frozenset(means for means in STANDING if values.get(f"standing-{means.value.replace(' ', '-')}"))


def read_offered(values: Mapping[str, str]) -> tuple[str, ...]:
    """The options that are offered, one a line."""
    lines = values.get("offered", "").splitlines()
    return tuple(" ".join(line.split()) for line in lines if line.strip())


def read_draft(before: Draft, values: Mapping[str, str]) -> Draft:
    """The draft with what the builder's form holds; its quotes and its template stay what they were."""
    if "title" not in values:
        return before
    purpose = next((one for one in Purpose if one == values.get("purpose")), before.content.purpose)
    shape = next((one for one in Shape if one == values.get("shape")), before.content.shape)
    options = arrange(shape, read_offered(values), read_standing(values))
    content = replace(
        before.content, purpose=purpose, shape=shape, title=" ".join(values["title"].split()),
        question=values.get("question", "").strip(), options=options,
    )  # fmt: skip
    reasons = {rule.number: text for rule in RULES if (text := values.get(f"reason-{rule.number}", "").strip()[:500])}
    return replace(
        before, content=content, provider=" ".join(values.get("provider", "").split())[:120],
        affects_coding=bool(values.get("affects")), reasons=reasons,
    )  # fmt: skip
