"""Every edit there is: number, level, message, source, and the rule that fires it. `docs/edits.md` is its table.

Which may stop a coding and which only warns or hints was measured on charts that professionals had coded: Excludes1
fires on one of eleven to fourteen of them and is right to be answered, never to stop; a hint on every code-first note
would stand on every second chart, so only a manifestation without anything before it stops. Sex only warns since CMS
dropped its own edit for discharges from 2024-10-01. What the Medicare Code Editor calls unacceptable as a principal
diagnosis is for inpatients alone and is no edit here. Pure.
"""

from assignments.edits import diagnosis_rules as diagnoses
from assignments.edits import note_rules as notes
from assignments.edits import procedure_rules as procedures
from assignments.edits.rules import Edit, Level

_GUIDELINES = "ICD-10-CM Official Guidelines, section "
_UNRELATED = ("The conditions are unrelated", "The note does not mean this condition")
_SEPARATE = ("Separate encounter", "Separate site or lesion", "Separate practitioner", "The payer does not follow NCCI")
_UNITS = ("The record shows every unit", "The payer has another limit")

EDITS: tuple[Edit, ...] = (
    Edit(
        "D1", Level.ERROR, "The code is valid and complete on the date of service", "{why}",
        "ICD-10-CM code list of the release in force; guidelines I.B.2 and I.A.4 to 5", diagnoses.invalid, fixed=True,
    ),
    Edit(
        "D2", Level.WARNING, "A release of the code set answers for the date of service",
        "{why} The diagnoses could not be checked: check them by hand.",
        "Our own: nothing is called valid that nobody looked up", diagnoses.unchecked_date,
    ),
    Edit(
        "D3", Level.ERROR, "No diagnosis twice", "{code} is there already, as {first}. Remove one of them.",
        _GUIDELINES + "I.B.12", diagnoses.repeated, fixed=True,
    ),
    Edit(
        "D4", Level.ERROR, "Twelve diagnoses at most", "A claim has {most} diagnoses at most: remove some.",
        "The claim: 837P, segment HI; CMS-1500, item 21", diagnoses.too_many, fixed=True,
    ),
    Edit(
        "D5", Level.ERROR, "An external cause is never first",
        "An external cause is never listed first. Put the injury before it.",
        _GUIDELINES + "I.C.20.a.6", diagnoses.external_cause_first, fixed=True,
    ),
    Edit(
        "D6", Level.ERROR, "At least one diagnosis", "A coding needs at least one diagnosis.",
        "The claim: 837P, segment HI", diagnoses.nothing_coded, fixed=True,
    ),
    Edit(
        "D7", Level.ERROR, "A manifestation is not first",
        "{code} is a manifestation: what causes it stands before it. Add that diagnosis, or move this one down.",
        _GUIDELINES + "I.A.13; Medicare Code Editor, manifestation codes", diagnoses.manifestation_first, fixed=True,
    ),
    Edit(
        "D8", Level.WARNING, "Not both sides and one of them",
        "{code} is one side of what {both} ({first}) says for both. Keep one of them.",
        _GUIDELINES + "I.B.13", diagnoses.both_and_one_side,
    ),
    Edit(
        "D9", Level.WARNING, "Both sides by one code where there is one",
        "{other} and {code} are the two sides of one condition: {both} says both.",
        _GUIDELINES + "I.B.13", diagnoses.each_side_alone,
    ),
    Edit(
        "D10", Level.WARNING, "The side is said where the record says it",
        "{code} leaves the side open. If the record says it: {sided}.",
        _GUIDELINES + "I.B.13; sibling titles of the tabular list", diagnoses.side_left_open,
    ),
    Edit(
        "D11", Level.WARNING, "The code fits the patient’s age",
        "{code} is for {who} (age {span}), and the patient was {age} on the date of service.",
        "Medicare Code Editor, age conflict; without its lists, titles of the tabular list", diagnoses.not_for_this_age,
    ),
    Edit(
        "D12", Level.WARNING, "The code fits the patient’s sex",
        "{code} is for {who}, and the record names the other sex.",
        "Medicare Code Editor, sex conflict (CMS dropped it from 2024-10-01)", diagnoses.not_for_this_sex,
    ),
    Edit(
        "D13", Level.WARNING, "Not a code for women and one for men",
        "{code} is for {who}, and {other} for {them}. Look whether both belong to this patient.",
        "Medicare Code Editor, sex conflict; without its lists, titles of the tabular list", diagnoses.for_either_sex,
    ),
    Edit(
        "D14", Level.ERROR, "Present on admission is said",
        "Say whether {code} was there at admission: Y, N, U, W, or 1 if it is exempt.",
        "The claim: UB-04, item 67; 837I, HI segment; where the service line asks for it",
        diagnoses.not_said_at_admission,
    ),
    Edit(
        "T1", Level.WARNING, "Excludes1: not coded together",
        "{code} and {other} exclude each other (Excludes1 at {at}: {text}). Both may stand if they are unrelated.",
        _GUIDELINES + "I.A.12.a; notes of the tabular list", notes.excludes1, wants_reason=True, reasons=_UNRELATED,
    ),
    Edit(
        "T2", Level.INFO, "Excludes2: both may be coded",
        "{code} does not include {other}: both stand if the patient has both (Excludes2 at {at}).",
        _GUIDELINES + "I.A.12.b; notes of the tabular list", notes.excludes2,
    ),
    Edit(
        "T3", Level.INFO, "Code first", "{code}: what causes it is coded first, if it is known.",
        _GUIDELINES + "I.A.13 and I.B.7; notes of the tabular list", notes.code_first,
    ),
    Edit(
        "T4", Level.INFO, "Use additional code", "{code}: another code says more, if the record does.",
        _GUIDELINES + "I.A.13 and I.B.7; notes of the tabular list", notes.use_additional,
    ),
    Edit(
        "T5", Level.INFO, "Code also", "{code}: another condition may have to be coded too.",
        _GUIDELINES + "I.A.17; notes of the tabular list", notes.code_also,
    ),
    Edit(
        "P1", Level.ERROR, "A procedure number that is one", "{why}",
        "The form of CPT and HCPCS Level II numbers; HCPCS file of the quarter where it is loaded",
        procedures.bad_form, fixed=True,
    ),
    Edit(
        "P2", Level.ERROR, "Every line points to a diagnosis",
        "Point to the diagnoses that the service was for, e.g. A or AB.",
        "The claim: 837P, SV107; CMS-1500, item 24E", procedures.no_pointer, fixed=True,
    ),
    Edit(
        "P3", Level.ERROR, "Pointers point to something", "There is no diagnosis {absent} to point to.",
        "The claim: 837P, SV107", procedures.pointer_to_nothing, fixed=True,
    ),
    Edit(
        "P4", Level.ERROR, "Four pointers at most", "A line points to at most {most} diagnoses.",
        "The claim: 837P, SV107", procedures.too_many_pointers, fixed=True,
    ),
    Edit(
        "P5", Level.WARNING, "No procedure twice",
        "{code} is on line {before} too. If it was done twice, use units, or a modifier such as 59.",
        "Our own: a payer takes the second line for a duplicate", procedures.repeated,
    ),
    Edit(
        "P6", Level.ERROR, "Four modifiers at most, each once",
        "A line has room for {most} modifiers, each of them once.",
        "The claim: 837P, SV101", procedures.modifiers_repeated, fixed=True,
    ),
    Edit(
        "P7", Level.ERROR, "Units that can be billed", "Units are a whole number from 1 to {most}.",
        "The claim: 837P, SV104", procedures.impossible_units, fixed=True,
    ),
    Edit(
        "P8", Level.WARNING, "Something is billed",
        "No procedure is coded. Submit it like this only if nothing is to be billed.",
        "Our own", procedures.nothing_to_bill,
    ),
    Edit(
        "M1", Level.WARNING, "The modifier exists", "{modifier} is no modifier that is known here. Check its letters.",
        "CMS, HCPCS Level II modifiers; numbers of CPT modifiers", procedures.unknown_modifier,
    ),
    Edit(
        "M2", Level.WARNING, "One side to a line",
        "{sides} contradict each other. Use one line for each side, or 50 alone for both.",
        "Medicare Claims Processing Manual, chapter 12, section 40.7", procedures.sides_contradict,
    ),
    Edit(
        "M3", Level.WARNING, "25 and 57 on visits only",
        "{modifier} belongs to a visit, and {code} is none. Move it to the visit.",
        "NCCI Policy Manual, chapter I, section E", procedures.not_an_evaluation,
    ),
    Edit(
        "M4", Level.WARNING, "59 or one of its finer kinds",
        "{kinds} say the same thing twice. Keep the finest that fits.",
        "CMS, MLN1783722: proper use of 59 and XE, XP, XS, XU", procedures.separate_twice,
    ),
    Edit(
        "M5", Level.WARNING, "Not both components on a line",
        "26 and TC together are the whole service, which takes neither. Remove one, or both.",
        "Medicare Claims Processing Manual, chapter 13, section 20", procedures.both_components,
    ),
    Edit(
        "M6", Level.WARNING, "Both sides are one unit",
        "50 says both sides with one unit, and here are {units}.",
        "Medicare Claims Processing Manual, chapter 12, section 40.7", procedures.both_sides_counted,
    ),
    Edit(
        "N1", Level.CRITICAL, "NCCI: never paid together",
        "{code} is part of {other} (line {line}); no modifier opens this pair.{why}",
        "CMS, NCCI PTP edits of the quarter, indicator 0", procedures.never_together,
        wants_reason=True, reasons=_SEPARATE[-1:],
    ),
    Edit(
        "N2", Level.WARNING, "NCCI: together only with a modifier",
        "{code} is part of {other} (line {line}) unless a modifier says what was separate, e.g. XS or 59.{why}",
        "CMS, NCCI PTP edits of the quarter, indicator 1", procedures.together_with_modifier,
        wants_reason=True, reasons=_SEPARATE,
    ),
    Edit(
        "N3", Level.WARNING, "MUE: units on a line",
        "{units} units of {code} on one line; more than {most} are hardly ever right.{why}",
        "CMS, MUE of the quarter, adjudication indicator 1", procedures.units_on_a_line,
        wants_reason=True, reasons=_UNITS,
    ),
    Edit(
        "N4", Level.CRITICAL, "MUE: units on a day, by policy",
        "{units} units of {code} on this day; by CMS’s own policy there are at most {most}.{why}",
        "CMS, MUE of the quarter, adjudication indicator 2", procedures.units_on_a_day,
        wants_reason=True, reasons=_UNITS[1:],
    ),
    Edit(
        "N5", Level.WARNING, "MUE: units on a day",
        "{units} units of {code} on this day; more than {most} are paid only if the record shows why.{why}",
        "CMS, MUE of the quarter, adjudication indicator 3", procedures.units_on_a_day_likely,
        wants_reason=True, reasons=_UNITS,
    ),
    Edit(
        "S1", Level.INFO, "Usual for this client and specialty",
        "{code} has not been coded for this client in this specialty before.",
        "Our own: the client’s earlier codings", procedures.never_seen,
    ),
    Edit(
        "S2", Level.INFO, "What could not be checked", "{what}",
        "Our own: nothing is called valid that nobody looked up", procedures.not_checked,
    ),
)  # fmt: skip

BY_NUMBER = {edit.number: edit for edit in EDITS}
