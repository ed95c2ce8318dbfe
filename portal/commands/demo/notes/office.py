"""Visits to Juniper Flats Family Medicine: long-followed patients, screenings, small procedures."""

from datetime import date

from portal.commands.demo.notes.shape import Note, Patient, hcpcs, key, placeholder, slip

_CLIENT = "OEM"
_LINE = "office"

OFFICE_NOTES = (
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location="Juniper Flats",
        encounter="JF-26-09-01-07",
        seen_on=date(2026, 9, 1),
        provider="Estela Marchetti-Ruiz, MD",
        patient=Patient("Lorenzo Begay", "JF10882", date(1958, 2, 3), "M"),
        payer="Medicare Part B",
        title="Office visit: diabetes, pressure and kidneys",
        layout="letterhead_pdf",
        body="""
# Subjective
Mr. Begay is here for his three-month visit. I have looked after him since 2014. He is 68, ranches with his son, and
feels "pretty level". Morning sugars by meter run 140 to 190. Missed the evening insulin twice during branding. No
hypoglycemia. No chest pain, no swelling, no foot sores. He has cut out salted jerky since our last visit.

# Medications
Insulin glargine 28 units nightly; semaglutide stopped, cost; lisinopril 40 mg; chlorthalidone 12.5 mg; rosuvastatin
10 mg.

# Objective
BP 144/86 seated, repeated 138/84. Weight 91.2 kg. Heart regular, lungs clear, no edema. Monofilament felt at ten of
ten sites on both feet. Retina photographs in May were normal.

Test | Today | June
Hemoglobin A1c | 8.1 % | 7.9 %
Creatinine | 1.7 mg/dL | 1.7 mg/dL
eGFR | 41 | 42
Albumin to creatinine | 188 mg/g | 240 mg/g
Potassium | 4.8 | 4.6

# Assessment and plan
1. Type 2 diabetes with chronic kidney disease stage 3b, eGFR stable three times running. Raise glargine to 32 units,
send readings in two weeks. Start dapagliflozin 10 mg for the kidneys; sick-day rule reviewed, large-print card given.
2. Hypertension with the kidney disease above. Not at goal; dapagliflozin may help, no other change today. Home cuff
on loan from the clinic.
3. Nephrology is not needed yet. Repeat panel in four weeks since potassium may move.

Return in three months, or sooner for readings over 250.
""",
        answer=key(
            "Both combination codes share the one stage; insulin goes on, and a tablet for sugar and kidneys begins.",
            "E11.22 I12.9 N18.32 Z79.4 Z79.84",
            placeholder("ABC"),
            hcpcs("G2211", "ABC"),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location="Juniper Flats",
        encounter="JF-26-09-02-03",
        seen_on=date(2026, 9, 2),
        provider="Linnea Halvorsen, FNP-C",
        patient=Patient("Constance Yellowhorse", "JF10417", date(1949, 5, 22), "F"),
        payer="Medicare Part B",
        title="Yearly wellness visit",
        layout="letterhead_pdf",
        body="""
# Purpose
Medicare annual wellness visit; her last one with us was August 26, 2025, and the first in 2016. No complaint of any
kind.

# Health risk assessment
Form filled in by the patient before the visit and reviewed together. Lives alone in her own house with a dog; drives
by day; one daughter nearby. Walks two miles daily. No falls. Hearing aids work. Smoke alarms tested. Alcohol: a glass
of wine at Christmas. Continent. Manages her money and pills.

# Reconciliation
Problems: mild hearing loss, cataract surgery 2021. Medicines: vitamin D alone. Other clinicians: audiology, eye
clinic. Family history unchanged.

# Measurements
122/70, pulse 64, height 160 cm, weight 61 kg.

# Cognition
Three words recalled of three; clock drawn without error.

# Screening for depression
PHQ-9 completed and scored, total 1, explained to her; the screening took 15 minutes including talk about grief after
a friend's death in July. Negative.

# Prevention plan
Bone density 2024 normal. Colon screening completed by age. Mammogram: she declines further screening after
discussion. Shingles series complete. High-dose influenza vaccine given today in the left deltoid, lot on file.
Written schedule for the next ten years given. Health care agent form is already in the chart.

# Impression
Well 77-year-old, no abnormal finding.
""",
        answer=key(
            "Subsequent yearly visit, depression screening of its own, and the vaccine with its administration.",
            "Z00.00 Z13.31 Z23",
            hcpcs("G0439", "A"),
            hcpcs("G0444", "B"),
            hcpcs("G0008", "C"),
            placeholder("C"),
        ),
        mistake=slip(
            "e/m",
            "over",
            "G0438 is for the first yearly visit only; hers was in 2016, so this one is G0439.",
            procedures=[hcpcs("G0438", "A"), hcpcs("G0444", "B"), hcpcs("G0008", "C"), placeholder("C")],
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location="Cottonwood Annex",
        encounter="JF-26-09-03-11",
        seen_on=date(2026, 9, 3),
        provider="Kwame Boateng, DO",
        patient=Patient("Thaddeus Nakamura", "JF12760", date(1961, 7, 14), "M"),
        payer="Medicare Part B",
        title="Welcome to Medicare visit",
        layout="letterhead_pdf",
        body="""
# Visit
Part B began July 1, 2026. This is the initial preventive physical examination within the first twelve months. New to
this annex, previously without a doctor for nine years.

# Histories
Medical: appendix out at 20. Social: retired surveyor, widower, quit cigarettes in 2011 after twenty pack-years, no
drugs, three beers a week. Diet: cooks for himself, light on vegetables. Family: mother had diabetes in her seventies,
father died in an accident. Takes no medicine.

# Depression and safety
Two-question screen zero. Timed up and go nine seconds. No throw rugs. Whisper test normal.

# Examination
Height 175 cm, weight 84 kg, waist 98 cm. Pressure 152/90 in the left arm and, ten minutes later, 148/88. He has never
been told of high pressure. Acuity 20/25 each eye with glasses. Heart and lungs normal, no bruit, no aneurysm felt.

# Electrocardiogram
Offered and done as the screening tracing that belongs to this visit; I read it: sinus rhythm 68, axis normal,
intervals normal, no sign of old infarct. Tracing and report filed.

# Advance care planning
He wishes to name his niece; forms given.

# Assessment
1. Medicare entrance examination, abnormal for a raised reading.
2. Elevated blood pressure today, without a diagnosis of hypertension. Home cuff for two weeks, return with the log.
3. Former smoker, twenty pack-years, quit fifteen years ago: lung screening discussed and declined.

# Prevention checklist
Colon test kit, pneumonia vaccine next time, one-time aortic ultrasound ordered since he has smoked.
""",
        answer=key(
            "First Medicare year: G0402, with the tracing that belongs to it; the raised reading is a finding.",
            "Z00.01 R03.0 Z13.6 Z87.891",
            hcpcs("G0402", "AB"),
            hcpcs("G0403", "C"),
        ),
        mistake=slip(
            "e/m",
            "under",
            "G0439 was chosen; in the first twelve months of Part B this examination is G0402.",
            procedures=[hcpcs("G0439", "AB"), hcpcs("G0403", "C")],
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location="Cottonwood Annex",
        encounter="JF-26-09-08-02",
        seen_on=date(2026, 9, 8),
        provider="Kwame Boateng, DO",
        patient=Patient("Delphine Arceneaux", "JF11038", date(1966, 9, 1), "F"),
        payer="Front Range Health Plan",
        title="Right knee: injection",
        layout="text",
        body="""
# Interval history
Planned return. 60-year-old school bus driver, right knee aching for two years, worse on stairs and at the end of a
shift. Films in July: medial joint space narrowed, osteophytes, no chondrocalcinosis. Therapy finished six weeks,
naproxen upsets her stomach. In July we agreed on a steroid injection today if still symptomatic. She is. No new
symptom, no other problem addressed.

# Focused examination
No warmth, no redness. Small cool effusion. Crepitus. Range 5 to 120 degrees. Medial line tender. Ligaments firm.

# Procedure
Risks read aloud (flare, infection, sugar rise, skin pallor); questions answered; signed. Knee prepared with
chlorhexidine. Superolateral approach, 22-gauge needle. Twelve mL of clear straw fluid aspirated and discarded.
Through the same needle triamcinolone acetonide 40 mg, 1 mL out of a multi-dose vial, with 4 mL of ropivacaine. No
ultrasound. Minor drop of blood. She stood and walked with ease after five minutes.

# Diagnosis
Primary osteoarthritis, right knee.

# Instructions
Two quiet days. Ice. Call for heat, fever or a knee that fills. Next injection no sooner than December. Weight program
sheet given.
""",
        answer=key(
            "Planned injection without a visit of its own; 40 mg in units of 10 mg are 4.",
            "M17.11",
            placeholder("A", "RT"),
            hcpcs("J3301", "A", units=4),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location="Juniper Flats",
        encounter="JF-26-09-09-14",
        seen_on=date(2026, 9, 9),
        provider="Linnea Halvorsen, FNP-C",
        patient=Patient("Soraya Haddad-Whelan", "JF13344", date(1994, 12, 19), "F"),
        payer="Front Range Health Plan",
        title="Same-day visit: facial pain",
        layout="scanned_fax_png",
        body="""
# S
31-year-old, twelve days of stuffed nose. Was getting better at one week, then since Sunday thick yellow discharge,
pain under both eyes worse bending over, upper teeth sore, headache across the brow, temperature 100.8 at home. Saline
rinses and fluticasone tried. No asthma. Breast-feeding no. Penicillin: hives as a teenager.

# O
T 100.2, BP 116/72, P 84. Tired, not toxic. Eyes move freely, no lid swelling. Both cheeks tender to tapping. Purulent
streak from the right middle meatus. Drums normal. Throat with drip. Neck supple, small nodes. Chest clear.

# A
Acute bacterial maxillary sinusitis, double worsening. Penicillin allergy.

# P
Doxycycline 100 mg twice daily for seven days with food and water, sun warning. Keep rinsing. Acetaminophen. Imaging
not needed. Return immediately for eye swelling, double vision or stiff neck; by phone Friday if no better. Work note
for two days.
""",
        answer=key(
            "Sinus named; headache and fever belong to it; the allergy steered the choice of drug.",
            "J01.00 Z88.0",
            placeholder("AB"),
        ),
        mistake=slip(
            "specificity",
            "over",
            "Headache (R51.9) is part of the sinusitis that was diagnosed and is not coded beside it.",
            "J01.00 R51.9 Z88.0",
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location="Juniper Flats",
        encounter="JF-26-09-11-05",
        seen_on=date(2026, 9, 11),
        provider="Estela Marchetti-Ruiz, MD",
        patient=Patient("Henrietta Vollmer", "JF10093", date(1960, 1, 8), "F"),
        payer="Medicare Part B",
        title="Well-woman examination",
        layout="letterhead_pdf",
        body="""
# Reason
Routine gynecologic examination, last one in 2023 with a normal smear and negative HPV. Menopause came at age 52,
without bleeding since and without discharge. Sexually active with her husband of forty years, uses a lubricant. No
urinary leakage. Never an abnormal smear. Not at high risk. One daughter, born in 1988.

# Breasts
Symmetric, no mass, no retraction, nipples everted, no discharge. Axillae empty. Mammogram is booked for October.

# Pelvic examination
External genitalia thin, pale, otherwise normal. Urethra without caruncle. Bladder not tender. Vagina with few rugae,
no lesion. Cervix small, flush, stenotic os. Uterus small, anterior, mobile. Adnexa not felt, not tender. Anus and
perineum normal; rectal tone good.

# Specimen
Cervical sample with brush and spatula into liquid medium, sent to the laboratory for cytology with HPV co-testing.

# Summary
Normal examination of a 66-year-old. Screening for cervical cancer with HPV. If both are negative and her earlier
results arrive from the old practice, she may stop. She asked about hormones for sleep; we will address that at
another visit.
""",
        answer=key(
            "The routine examination includes the smear, so no Z12.4; HPV testing is added.",
            "Z01.419 Z11.51",
            hcpcs("G0101", "A"),
            hcpcs("Q0091", "AB"),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location="Juniper Flats",
        encounter="JF-26-09-15-09",
        seen_on=date(2026, 9, 15),
        provider="Estela Marchetti-Ruiz, MD",
        patient=Patient("Jamal Featherstone", "JF12201", date(1983, 4, 16), "M"),
        payer="Front Range Health Plan",
        title="Follow-up: mood and worry",
        layout="letterhead_pdf",
        body="""
# Interval history
Six weeks after going up on sertraline to 100 mg. Mood is "better, not there yet". This is the third episode of major
depression in eleven years; the first followed his divorce. Sleep six hours, appetite back, guilt less. Concentration
still poor, two warnings at the warehouse. No suicidal ideation, none since July; keys to the gun safe remain with his
brother. Worry about everything, most days, for over a year: money, the children, his heart.

# Scales
Scale | July 31 | Today
PHQ-9 | 19 | 13
GAD-7 | 16 | 12

# Side effects
Loose stools the first ten days. Some loss of libido.

# Mental status
Well groomed. Good eye contact, normal rate of speech, affect brighter than before. Thought process linear. No
psychosis.

# Impression
Major depressive disorder, recurrent, now of moderate severity, responding. Generalized anxiety disorder, also better
but not well.

# Plan
Sertraline to 150 mg. Cognitive therapy with our counselor begins Thursday. Running with the dog counts as treatment;
three times a week. If libido does not recover, consider adding bupropion. Note for work: adjusted shift for one
month. Safety plan re-read and kept on his phone. I continue as the coordinating clinician; next visit in four weeks.
""",
        answer=key(
            "Recurrent and moderate are both written; the doctor follows him over time, so G2211 goes along.",
            "F33.1 F41.1",
            placeholder("AB"),
            hcpcs("G2211", "AB"),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location="Cottonwood Annex",
        encounter="JF-26-09-17-06",
        seen_on=date(2026, 9, 17),
        provider="Kwame Boateng, DO",
        patient=Patient("Barnabas Oyelowo", "JF11875", date(1957, 10, 25), "M"),
        payer="Medicare Part B",
        title="Prostate screening",
        layout="text",
        body="""
# Reason for visit
Comes only for his yearly check of the prostate; he requests that and nothing else. 68 years old. His brother was
diagnosed with prostate cancer at 59 and an uncle died of it. Good stream, nocturia once at most, no blood, no bone
pain. Previous examinations 2023 to 2025 in our chart, all smooth.

# Shared decision
We discussed what the examination can and cannot detect, what PSA adds, false positives, and what he would do with an
abnormal result. He would want treatment and chooses both.

# Digital rectal examination
Left lateral position. Sphincter tone normal. Prostate about 30 grams, rubbery, median furrow kept, no nodule, no
hardness, not tender. Brown stool on the glove.

# Laboratory
PSA ordered; the draw and test are done at the county laboratory next door, which bills for itself.

# Impression
Screening for prostate cancer in a man with a family history. Examination normal.

# Plan
Letter with the PSA. If below 3, again in a year. If above, repeat before any discussion of biopsy.
""",
        answer=key(
            "Only the screening examination was done, so it stands alone; the brother's cancer goes along.",
            "Z12.5 Z80.42",
            hcpcs("G0102", "AB"),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location="Juniper Flats",
        encounter="JF-26-09-22-08",
        seen_on=date(2026, 9, 22),
        provider="Linnea Halvorsen, FNP-C",
        patient=Patient("Wilhelmina Stroud", "JF10750", date(1960, 8, 5), "F"),
        payer="Medicare Part B",
        title="Breathing visit, and talk about lung screening",
        layout="letterhead_pdf",
        body="""
# Chief concern
COPD check. Inhaler refill.

# HPI
66-year-old hairdresser. Walks one block before resting, same as in spring. Morning cough, white phlegm, no change. No
steroids or antibiotics since February. Uses tiotropium daily, albuterol three times a week. Flu and pneumonia
vaccines are up to date; RSV last fall.

# Exam
128/76, pulse 80, 94 percent resting, 91 after the hallway. Barrel chest, distant breath sounds, no wheeze. No edema.

# Assessment: COPD
COPD, stable, group B. Spirometry in March FEV1 58 percent. Add a long-acting beta agonist as a combined inhaler,
technique shown, device matched to her arthritis. Pulmonary rehabilitation offered a second time, accepted.

# Lung screening counseling visit, separate from the above
She has never been scanned. 44 pack-years, cigarettes, now ten a day. No sign of lung cancer: weight steady, no blood.
Using a decision aid we discussed benefit, false positives, radiation, follow-up and overdiagnosis, and that yearly
adherence matters. She chose to have it. Willing to have treatment if found. Written order sent to the imaging center.

# Tobacco
Ready to cut down, not to quit. Lozenges 4 mg. Date set for a phone call.

# Diagnoses
Chronic obstructive pulmonary disease. Nicotine dependence, cigarettes.
""",
        answer=key(
            "The visit for COPD is apart from the counselling, so it carries 25; the counselling points at the "
            "tobacco.",
            "J44.9 F17.210",
            placeholder("AB", "25"),
            hcpcs("G0296", "B"),
        ),
        mistake=slip(
            "modifier",
            "under",
            "A visit for COPD with a new inhaler stands beside the counselling; without modifier 25 it will be "
            "bundled.",
            procedures=[placeholder("AB"), hcpcs("G0296", "B")],
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location="Cottonwood Annex",
        encounter="JF-26-09-29-01",
        seen_on=date(2026, 9, 29),
        provider="Kwame Boateng, DO",
        patient=Patient("Guadalupe Romero-Finch", "JF11556", date(1951, 3, 3), "F"),
        payer="Medicare Part B",
        title="Diabetic foot visit",
        layout="letterhead_pdf",
        body="""
# Visit
Six months after the first evaluation for loss of protective sensation. No other foot care since, here or elsewhere.

# History
75 years old, type 2 diabetes 19 years, on glipizide and metformin, A1c 7.4 in July. Burning soles at night, numb to
the ankles. No ulcer, no amputation. She cannot reach her feet; the granddaughter who used to cut the nails has moved
to Tucson. Looks at her soles with a mirror every evening.

# Feet
Visual: dry heels without fissures, no callus, no wound, no maceration. Toenails one to five on both sides thick,
yellow, crumbling.

Protective sensation: 10-gram monofilament missed at 7 of 10 sites right, 6 of 10 left. Vibration absent at both great
toes.

Vascular: dorsalis pedis and posterior tibial pulses palpable, hair sparse, refill three seconds.

Structure: second hammertoe right, flexible. Footwear: extra-depth shoes, inserts flattened, worn through at the ball.

# Procedure
All ten nails trimmed back and thinned with nipper and burr. Emollient. No bleeding.

# Teaching
Water temperature by elbow, never barefoot, check inside the shoe. Granddaughter on speaker-phone. New inserts
prescribed.

# Assessment
Type 2 diabetes with peripheral polyneuropathy and loss of protective sensation. Onychomycosis of all toenails. Six
months again.
""",
        answer=key(
            "Follow-up evaluation for lost protective sensation, with the nail care that may go beside it.",
            "E11.42 B35.1 Z79.84",
            hcpcs("G0246", "A"),
            hcpcs("G0247", "AB"),
        ),
    ),
)
