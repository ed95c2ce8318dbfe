"""Words that lead, that speak of payment, that name what is often asked for: the linter's lists, our own. Pure."""

#: Words that tell the provider what to write, or that an answer is expected.
LEADING = (
    r"please (?:document|add|state that|confirm that|write|include|change|amend)",
    r"(?:would|do|did|don’t|don't|can) you (?:not )?(?:agree|concur|confirm that|add|document)",
    r"(?:should|must|needs to|has to|ought to) be (?:documented|diagnosed|added|coded|listed)",
    r"you (?:should|must|need to|forgot to|failed to|neglected to)",
    r"(?:isn[’']t|wasn[’']t|doesn[’']t|hasn[’']t|don[’']t) (?:it|this|that|the patient|you)\b",
    r"(?:clearly|obviously|undoubtedly|of course|as you know)",
    r"(?:we|i) (?:believe|think|suspect|assume|expect|would like you to|need you to|want you to)",
    r"in order to (?:code|capture|report|bill)",
    r"so that (?:we|i) can (?:code|capture|report|bill)",
    r"(?:supports|meets criteria for|is consistent with|qualifies for) (?:a |the )?(?:diagnosis|code)",
    r"(?:a|the) (?:better|preferred|desired|right|correct) (?:answer|diagnosis|option|wording)",
)

#: Words of money and of measured quality, which a query never shows.
PAYMENT = (
    r"reimburs\w*", r"payments?", r"payers?", r"paid", r"revenue", r"billing", r"billable", r"the claim", r"claims?",
    r"denials?", r"(?:be|being|gets?|was|were) denied", r"insurance", r"insurers?", r"(?:MS-)?DRGs?", r"APR-DRG",
    r"CC/MCC", r"MCCs?", r"(?:a|an|as|no|the) CC", r"comorbidity capture", r"RAF", r"risk[- ]adjust\w*",
    r"(?:CMS-)?HCCs? (?:capture|category|categories|code|codes|gap|gaps|score|weight)", r"case[- ]mix", r"CMI",
    r"severity of illness", r"risk of mortality", r"SOI(?:/ROM)?", r"(?:quality|risk|star|profile|report card) scores?",
    r"quality (?:measures?|metrics?|ratings?|indicators?|reporting)", r"star ratings?", r"pay[- ]for[- ]performance",
    r"medical necessity", r"higher(?:[- ](?:paying|level|weighted)) (?:code|visit|service|DRG)", r"up-?cod\w*",
    r"financial\w*", r"penalt(?:y|ies)", r"HAC", r"PSI", r"readmission (?:rate|penalty)", r"relative weight", r"RVUs?",
)  # fmt: skip
#: Of those, the ones that are words of money only as they are written here, in capitals.
CAPITALS = frozenset({"RAF", "CMI", "HAC", "PSI", "SOI", "MCC", "CC", "DRG", "RVU", "HCC"})

#: Words that can be read in two ways.
AMBIGUOUS = {
    "CC": "chief complaint, or a class of comorbidity",
    "ROM": "range of motion, or risk of mortality",
    "HCC": "hepatocellular carcinoma, or a payment category",
    "score": "a clinical scale, or a measure of quality",
}

#: Scales that have a score of their own.
SCALES = (
    r"\b(?:NIHSS?|Glasgow|GCS|coma|Apgar|CHADS\w*|CHA2DS2\S*|Wells|CURB\S*|MELD|Child\S*|pain|Braden|Morse|HEART|TIMI|"
    r"Bishop|PHQ\S*|GAD\S*|AUDIT|MoCA|MMSE|Gleason|calcium|Agatston|ASA|SOFA|qSOFA|APACHE|stroke|scale)"
)

#: Marks by which one option is put before the others.
PREFERRED = (
    r"\b(?:recommended|preferred|suggested|most likely|best (?:answer|choice|option)|as discussed|default)\b"
    r"|[★☆✓✔]|\*\*|<-|←|!"
)

#: What names no diagnosis by itself.
GENERIC = frozenset({
    "acute", "chronic", "subacute", "recurrent", "type", "left", "right", "bilateral", "unilateral", "unspecified",
    "mild", "moderate", "severe", "stage", "grade", "primary", "secondary", "initial", "subsequent", "other",
    "disease", "disorder", "syndrome", "condition", "injury", "pain", "finding", "findings", "present", "absent",
    "history", "status", "lesion", "mass", "fracture", "degree", "level", "class", "not", "clinically",
    "significant", "with", "without", "due", "and", "the", "for", "from", "that", "this", "documented",
    "documentation", "clarification", "detail", "details", "upper", "lower", "anterior", "posterior", "medial",
    "lateral", "open", "closed", "displaced", "nondisplaced", "controlled", "uncontrolled", "yes", "neither",
    "both", "known", "expected", "normal", "systolic", "diastolic", "complicated", "uncomplicated", "active",
    "resolved", "result", "results", "abnormal", "value", "values",
})  # fmt: skip

#: Diagnoses that are asked for again and again; in a title they lead unless the record has them.
OFTEN_ASKED = (
    "sepsis", "septic shock", "malnutrition", "encephalopathy", "respiratory failure", "heart failure",
    "kidney injury", "renal failure", "kidney disease", "pneumonia", "anemia", "hyponatremia", "hypernatremia",
    "hyperkalemia", "hypokalemia", "acidosis", "alkalosis", "pressure ulcer", "pressure injury", "obesity",
    "myocardial infarction", "thrombosis", "pulmonary embolism", "coagulopathy", "pancytopenia", "delirium", "stroke",
    "diabetes", "neuropathy", "depression", "dehydration", "ileus", "cellulitis", "dementia", "hypertension",
)  # fmt: skip

#: Words about visits other than this one.
OTHER_VISITS = (
    r"(?:previous|prior|earlier|last)"
    r" (?:visit|encounter|admission|stay|episode|year[’']?s?|record|hospitali[sz]ation)s?"
)
