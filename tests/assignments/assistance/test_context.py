"""What a sentence says about a mention: the cases that such tables get right, and those they are known to miss."""

import pytest

from assignments.assistance.context import Context, context_of

A, N, F, H, U = Context.AFFIRMED, Context.NEGATED, Context.FAMILY, Context.HISTORY, Context.UNCERTAIN


@pytest.mark.parametrize(
    ("sentence", "mention", "context"),
    [
        ("He has pneumonia", "pneumonia", A),
        ("No pneumonia", "pneumonia", N),
        ("Denies chest pain, cough or fever", "fever", N),
        ("She denies chest pain but has a cough", "cough", A),
        ("No evidence of heart failure", "heart failure", N),
        ("Negative for deep vein thrombosis", "deep vein thrombosis", N),
        ("Chest pain without radiation", "radiation", N),
        ("Chest pain without radiation", "Chest pain", A),
        ("Fracture was not seen", "Fracture", N),
        ("Effusion is absent", "Effusion", N),
        ("Pulmonary embolism was ruled out", "Pulmonary embolism", N),
        ("Pulmonary embolism has been ruled out", "Pulmonary embolism", N),
        ("Rule out pulmonary embolism", "pulmonary embolism", U),
        ("Pulmonary embolism cannot be excluded", "Pulmonary embolism", U),
        ("Probable appendicitis", "appendicitis", U),
        ("Findings consistent with colitis", "colitis", U),
        ("Pneumonia versus atelectasis", "atelectasis", U),
        ("Family history of breast cancer", "breast cancer", F),
        ("Mother had diabetes", "diabetes", F),
        ("His mother reports a fever", "fever", A),
        ("History of present illness: cough", "cough", A),
        ("History of myocardial infarction", "myocardial infarction", H),
        ("Status post appendectomy for appendicitis", "appendicitis", H),
        ("Gram-negative sepsis", "sepsis", A),
        ("Not only hypertension but also diabetes", "diabetes", A),
        # a semicolon ends what was denied
        ("Denies cough; fever since Monday", "fever", A),
        # what did not change is there
        ("No change in the pleural effusion", "pleural effusion", A),
        # "without" ends at its comma, unless a list goes on
        ("Discharged without complications, hypertension controlled", "hypertension", A),
        ("Presents without fever, chills or cough", "cough", N),
        ("Sin fiebre ni tos", "tos", N),
        ("Niega dolor torácico, pero presenta disnea", "disnea", A),
        ("Antecedentes familiares de diabetes", "diabetes", F),
        ("Se descartó neumonía", "neumonía", N),
        ("Sin cambios en el derrame pleural", "derrame pleural", A),
    ],
)
def test_what_a_sentence_says_of_a_mention(sentence: str, mention: str, context: Context) -> None:
    start = sentence.index(mention)
    assert context_of(sentence, start, start + len(mention)) is context


def test_a_heading_speaks_for_what_stands_below_it() -> None:
    assert context_of("Diabetes, hypertension", 0, 8, "family history") is F
    assert context_of("Diabetes, hypertension", 0, 8, "past medical history") is H
    assert context_of("Diabetes, hypertension", 0, 8, "assessment") is A
