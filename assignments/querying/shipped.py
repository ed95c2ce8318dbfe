"""The templates that come with the portal, in our own words; a manager's version takes the place of one. Pure."""

from dataclasses import dataclass

from assignments.querying.rules import Means, Purpose, Shape

_BOTH = frozenset({Means.OTHER, Means.UNDETERMINED})


@dataclass(frozen=True, slots=True)
class Template:
    """The wording of a query, with {slots} to be filled in the words of the record."""

    key: str
    version: int
    name: str
    purpose: Purpose
    shape: Shape
    title: str
    question: str
    offered: tuple[str, ...] = ()
    standing: frozenset[Means] = _BOTH
    retired: bool = False


SHIPPED: tuple[Template, ...] = (
    Template(
        "conflicting-documentation", 1, "Conflicting documentation", Purpose.CONFLICT, Shape.CHOICE,
        "Two descriptions of {what both are about}",
        "The places quoted below describe {what both are about} differently. Which describes this visit, in your"
        " clinical judgment?",
        ("{first description}", "{second description}"),
    ),
    Template(
        "significance-of-a-finding", 1, "Clinical significance of a finding", Purpose.SIGNIFICANCE, Shape.CHOICE,
        "Finding: {finding, as written}",
        "What is the clinical significance, if any, of {finding, as written} at this visit?",
        ("{one condition that the indicators support}", "{another}"),
        _BOTH | {Means.NOT_SIGNIFICANT},
    ),
    Template(
        "indicators-without-a-diagnosis", 1, "Treatment without a diagnosis", Purpose.DIAGNOSIS, Shape.CHOICE,
        "Reason for {treatment or test}",
        "Which condition, if any, was {treatment or test} given or ordered for?",
        ("{one condition that the indicators support}", "{another}"),
        _BOTH | {Means.NOT_SIGNIFICANT},
    ),
    Template(
        "laterality", 1, "Specificity: side", Purpose.SPECIFICITY, Shape.CHOICE,
        "Side of {condition, as written}", "Which side does {condition, as written} refer to at this visit?",
        ("Both sides", "Left", "Right"),
    ),
    Template(
        "type", 1, "Specificity: type", Purpose.SPECIFICITY, Shape.CHOICE,
        "{Condition, as written}: type", "Which type of {condition, as written} was treated at this visit?",
        ("{one type}", "{another type}"),
    ),
    Template(
        "acuity", 1, "Specificity: acuity", Purpose.SPECIFICITY, Shape.CHOICE,
        "{Condition, as written}: acuity", "How would you describe {condition, as written} at this visit?",
        ("Acute", "Acute on chronic", "Chronic"),
    ),
    Template(
        "cause-and-effect", 1, "Relation between two conditions", Purpose.CAUSE, Shape.YES_NO,
        "{First condition} and {second condition}",
        "Is {first condition, as written} related to {second condition, as written}?",
    ),
    Template(
        "procedure-detail", 1, "Detail of a procedure", Purpose.PROCEDURE, Shape.OPEN,
        "Procedure of this visit: {detail}", "What was {the detail that is not described} in {procedure, as written}?",
        (), frozenset(),
    ),
)  # fmt: skip
