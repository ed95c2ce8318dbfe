"""Emergency visits at Harbor Bluff, as the physicians' group has them coded; the hospital codes the same papers."""

from datetime import date

from portal.commands.demo.notes.shape import Note, Patient, hcpcs, key, placeholder, slip

_CLIENT = "EDP"
_LINE = "ed_professional"
_FERN_VALLEY = "Fern Valley Emergency Center"
_HARBOR_BLUFF = "Harbor Bluff Emergency Center"

STAIR_SPRAIN = Note(
    client=_CLIENT,
    service_line=_LINE,
    location=_FERN_VALLEY,
    encounter="HB-0902-331",
    seen_on=date(2026, 9, 2),
    provider="Shoshana Weiss, PA-C",
    patient=Patient("Dmitri Alvarado", "HB601442", date(2003, 7, 8), "M"),
    payer="Prairie Shield PPO",
    title="Emergency visit: left ankle injury",
    layout="letterhead_pdf",
    body="""
# Chief complaint
"I rolled my ankle." Arrived 17:22 by private car.

# History
23-year-old college student who missed the last two steps of the back stairs at his apartment building an hour ago and
came down on the outside of the left foot. He heard a pop. Limped to the car with a roommate's help. Iced it. No
numbness, no knee pain, head not struck. Never injured this ankle before. No medicines, no allergies.

# Examination
BP 128/74, pulse 82, temperature 98.4 F, saturation 99 percent. Comfortable seated. Egg-sized swelling in front of and
below the lateral malleolus. Exquisitely tender over the anterior talofibular ligament; calcaneofibular ligament less
so. No tenderness at the posterior edge of either malleolus, base of the fifth metatarsal or navicular. Proximal
fibula and squeeze test negative. Anterior drawer guarded. Pulses 2+, toes pink, sensation intact.

# Imaging
He could not take four steps, so three views of the left ankle were taken. I read them: soft tissue swelling
laterally, mortise congruent, no fracture. The radiologist agreed.

# Course
Ibuprofen 600 mg by mouth. A rigid stirrup brace, prefabricated, off the shelf, was fitted on the left by the
technician and checked by me; he walked with crutches after ten minutes of teaching.

# Diagnosis
Sprain of the anterior talofibular ligament, left ankle, grade 2.

# Plan
Rest, ice, compression, elevation. Sports clinic in a week. Back sooner for a cold or numb foot.

# Nursing resource sheet
Triage 5, two assessments 8, oral medicine 5, crutch teaching 7, brace 5, discharge teaching 5. Total 35.
""",
    answer=key(
        "The ligament is named, so 'other ligament' of the ankle; the fall and its place are told.",
        "S93.492A W10.8XXA Y92.038",
        placeholder("A"),
    ),
)

FINGER_GLUE = Note(
    client=_CLIENT,
    service_line=_LINE,
    location=_HARBOR_BLUFF,
    encounter="HB-0904-118",
    seen_on=date(2026, 9, 4),
    provider="Malik Abernathy-Jones, MD",
    patient=Patient("Rosamund Tillery", "HB117093", date(1955, 2, 21), "F"),
    payer="Medicare Part B",
    title="Emergency visit: finger laceration",
    layout="letterhead_pdf",
    body="""
# Presenting problem
Cut right index finger, still oozing after forty minutes of pressure.

# HPI
Mrs. Tillery, a 71-year-old right-handed retired teacher, was slicing an acorn squash in her own kitchen when the
chef's knife slid. She takes apixaban for a deep vein clot of the leg in May; today's evening dose has not been taken.
The knife was clean. Last tetanus booster 2022. She is also worried because she felt light-headed at the sight of
blood; that has passed. No chest pain, no palpitations.

# Past history
Provoked DVT after knee surgery, six months of anticoagulation intended, through November. Hypothyroid, on
replacement.

# Physical
Afebrile, 142/80, 76, 16, 98 percent. Heart regular. Lungs clear. Neurologic: steady gait. Right index finger: oblique
clean laceration 1.8 cm long over the radial side of the middle phalanx, through dermis. Nail and nail bed spared.
Flexor and extensor function tested against resistance, full. Two-point 5 mm on both sides. No foreign body seen in a
bloodless field.

# Decision making
Bleeding on an anticoagulant, so hemoglobin was checked: 12.8. I talked through holding versus continuing apixaban and
we agreed she continues, with the evening dose delayed to bedtime. Near-faint judged vasovagal; ECG not needed.

# Procedure
Finger tourniquet for six minutes. Irrigated with 200 mL saline under pressure. Edges came together without tension
and were held while three coats of cyanoacrylate tissue adhesive were laid on; no sutures, no strips. Hemostasis
complete on release. Non-stick dressing.

# Impression
1. Laceration of right index finger, no nail damage, closed with tissue adhesive.
2. Long-term anticoagulant use.

# Allergies
Allergic to penicillin, hives as a child.

# Nursing resource sheet
Triage 5, vital signs twice 6, venipuncture 5, dressing 4, discharge teaching 5. Total 25.
""",
    answer=key(
        "Medicare and adhesive alone, so G0168 on the second digit of the right hand, and a separate visit beside it.",
        "S61.210A Z79.01 W26.0XXA Y92.010 Y93.G1 Z88.0",
        placeholder("AB", "25"),
        hcpcs("G0168", "A", "F6"),
    ),
    mistake=slip(
        "modifier",
        "under",
        "The visit has work of its own (anticoagulant bleeding, near-faint) beside the closure and needs modifier 25.",
        procedures=[placeholder("AB"), hcpcs("G0168", "A", "F6")],
    ),
)

CHEST_PRESSURE = Note(
    client=_CLIENT,
    service_line=_LINE,
    location=_HARBOR_BLUFF,
    encounter="HB-0908-045",
    seen_on=date(2026, 9, 8),
    provider="Ingrid Castellanos, MD",
    patient=Patient("Augustine Marchetti", "HB332871", date(1968, 4, 12), "M"),
    payer="Prairie Shield PPO",
    title="Emergency visit with observation: chest pain",
    layout="letterhead_pdf",
    body="""
# CC
Chest pain since 07:30. Door 08:14, ECG 08:19 (me at the bedside).

# HPI
58 y/o roofer with high blood pressure and high cholesterol. Woke well, felt pressure across the lower chest while
loading shingles, "like somebody leaning on me", 5 of 10, gone to 2 of 10 by arrival. No sweating, arm or jaw pain.
Never had it before. Smokes a pack of cigarettes a day for thirty years. Father had a heart attack at 61.

# Exam
151/92, 88, RR 18, 97% RA, 98.1 F. Broad, anxious, not diaphoretic. No JVD. RRR, no rub or gallop. Lungs clear. Chest
wall: pressing over the left costal margin is "sort of" the pain. Abdomen soft. Calves equal, no swelling.

# Data
ECG 1: sinus 84, no ST change, no old tracing. ECG 2 at 11:20 the same. Formal readings go to cardiology.
High-sensitivity troponin 6, 7 and 6 ng/L at 0, 2 and 6 hours. CMP, CBC normal. CXR, my read: no infiltrate,
mediastinum not wide.

# ED course and observation
Aspirin 324 chewed. HEART score 4. Observation ordered 10:15 for serial enzymes and telemetry. Reassessed at noon,
15:00 and 18:30: pain free since 11:00, telemetry without ectopy. Cardiology, by phone, will stress him as an
outpatient on Friday. Released from observation 19:10 by my written order. He wants to stop smoking and took the patch
prescription.

# Assessment
Chest pressure, cause not established; ACS was considered and is unlikely. Hypertension. Hyperlipidemia. Cigarette
dependence.

# Disposition
Home 19:20 with his wife, aspirin 81 daily until seen. Return immediately if the pressure recurs.

# Allergies
Allergic to penicillin, rash in 2009.

# Nursing resource sheet
Triage 5, saline lock 8, telemetry 20, ECG assistance twice 10, reassessments 24, blood draws 15, medicine 5,
discharge teaching 8. Total 95.
""",
    answer=key(
        "No cause was established, so the pressure itself is coded, then the stated chronic conditions.",
        "R07.89 I10 E78.5 F17.210 Z88.0",
        placeholder("ABCD"),
    ),
    mistake=slip(
        "specificity",
        "over",
        "I20.0 was coded from 'ACS considered'; a ruled-out condition is never coded. The sign R07.89 stands.",
        "I20.0 I10 E78.5 F17.210 Z88.0",
    ),
)

ASTHMA = Note(
    client=_CLIENT,
    service_line=_LINE,
    location=_FERN_VALLEY,
    encounter="HB-0910-207",
    seen_on=date(2026, 9, 10),
    provider="Dev Raghunathan, DO",
    patient=Patient("Jocelyn Baptiste", "HB559016", date(2002, 5, 3), "F"),
    payer="Wisconsin Medicaid",
    title="Emergency visit: asthma exacerbation",
    layout="text",
    body="""
# Triage note
14:06. Short of breath since this morning, speaking in phrases. ESI 2. RN to room 3 directly.

# History of present illness
24-year-old woman with moderate persistent asthma, on a daily budesonide-formoterol inhaler, who cleaned out a damp
basement yesterday. Wheeze and dry cough started overnight. Eight puffs of rescue albuterol since dawn, little relief.
One admission at age 15, never intubated. No fever, sputum, chest pain or leg swelling. Not pregnant (test negative
here).

# Objective
HR 118, RR 28, BP 124/70, T 98.9, SpO2 91 percent on room air. Peak flow 210 (best 430). Accessory muscles working.
Diffuse expiratory wheeze, prolonged phase, fair air entry. No crackles. Heart fast, regular.

# Treatment log
- 14:12 to 15:05 ipratropium 0.5 mg with albuterol 2.5 mg by nebulizer, three unit doses back to back.
- 14:20 saline lock left forearm.
- 14:24 methylprednisolone sodium succinate 125 mg IV push, single vial, none left over.

# Reassessment
15:10 better, full sentences, wheeze only with forced breath. 16:15 peak flow 340, SpO2 96 without oxygen. 17:00
walked the hall with no desaturation. I watched her use the inhaler and corrected the timing.

# Diagnosis
Acute exacerbation of moderate persistent asthma, trigger mold dust.

# Discharge plan
Prednisone 40 mg for five days. Continue the controller, two puffs morning and night. Stay out of that basement.
Clinic within three days. Written action plan given and read back.

# Allergies
Allergic to penicillin, throat swelling.

# Nursing resource sheet
Triage 5, continuous oximetry 15, nebulizers 21, IV start 8, reassessments 20, discharge teaching 8. Total 77.
""",
    answer=key(
        "Severity and exacerbation are both written; the controller inhaler goes on.",
        "J45.41 Z79.51 Z88.0",
        placeholder("AB"),
    ),
)

BUPRENORPHINE_START = Note(
    client=_CLIENT,
    service_line=_LINE,
    location=_HARBOR_BLUFF,
    encounter="HB-0912-064",
    seen_on=date(2026, 9, 12),
    provider="Malik Abernathy-Jones, MD",
    patient=Patient("Tamsin O'Rourke", "HB640258", date(1992, 9, 25), "F"),
    payer="Wisconsin Medicaid",
    title="Emergency visit: opioid withdrawal, treatment started",
    layout="letterhead_pdf",
    body="""
# Reason for visit
Withdrawal from fentanyl; requests treatment.

# History
Ms. O'Rourke is 33 and has used smoked fentanyl every day for about two years after oxycodone for a back injury. She
meets eight criteria for opioid use disorder, severe. Last use 26 hours ago. Since midnight she has had yawning,
piloerection, cramps, loose stools and could not keep still. Two past attempts on her own. No alcohol, no
benzodiazepines. She lives with her sister, who drove her. No suicidal ideation; an overdose in June was reversed by a
bystander.

# Findings
Temp 99.1, pulse 108, pressure 138/86, breathing 18, oxygen 99. Restless, tearing, pupils 6 mm, skin piloerect. Lungs
and heart normal apart from rate. Abdomen with active bowel sounds, no guarding. No injection marks, no cellulitis.
COWS 17 at 11:05.

# Laboratory
Urine drug screen fentanyl positive, pregnancy negative. Liver enzymes normal. HIV and hepatitis C drawn with consent.

# ED course
Risks and benefits of buprenorphine were discussed and she agreed. Buprenorphine-naloxone film 8 mg-2 mg under the
tongue, one film, at 11:20. COWS 9 at 12:05 and 5 at 12:50. Assessment, initiation of medication and arrangement of
follow-up were carried out by me: bridge prescription for five days, appointment at the Lakemont recovery clinic on
Monday at 9:00 with the name of the nurse who expects her, naloxone spray in hand, sister shown how to use it.

# Final diagnosis
Opioid dependence with withdrawal.

# Nursing resource sheet
Triage 5, COWS three times 15, oral medicine 5, blood and urine collection 8, social work 10, teaching 8. Total 51.
""",
    answer=key(
        "Starting treatment in the emergency department with assessment, referral and follow-up adds G2213.",
        "F11.23",
        placeholder("A"),
        hcpcs("G2213"),
    ),
    mistake=slip(
        "omitted",
        "under",
        "G2213 is missing: medication was started here, with assessment, referral and a follow-up appointment.",
        procedures=[placeholder("A")],
    ),
)

EARACHE = Note(
    client=_CLIENT,
    service_line=_LINE,
    location=_FERN_VALLEY,
    encounter="HB-0913-142",
    seen_on=date(2026, 9, 13),
    provider="Shoshana Weiss, PA-C",
    patient=Patient("Mateo Lindgren-Diaz", "HB700311", date(2023, 1, 15), "M"),
    payer="Prairie Shield PPO",
    title="Emergency visit: fever and ear pain in a toddler",
    layout="scanned_fax_png",
    body="""
# Complaint
Fever 102.9 at home, pulling at the right ear since Friday. Both parents present.

# History
3-year-old, immunized, runny nose all week. Cried through the night. Drinking, four wet diapers today. No vomiting, no
rash, no stiff neck. One ear infection last winter, treated with amoxicillin without trouble. No tubes. Attends day
care. No sick contacts known.

# Exam
T 102.2 rectal, HR 132, RR 26, SpO2 99 percent, 14.6 kg. Consolable, tears present. Right drum bulging, opaque yellow,
immobile, no perforation, canal dry. Left drum gray, moves. Throat pink. Neck supple. Chest clear. Abdomen soft.
Capillary refill under two seconds.

# ED treatment
Ibuprofen 140 mg by mouth at 19:02; temperature 100.6 an hour later, child playful.

# Diagnosis
Acute suppurative otitis media, right, drum intact.

# Plan
Amoxicillin 90 mg/kg/day in two doses for ten days. Ibuprofen by weight. Recheck with pediatrics in two days if fever
stays, at once if limp, stiff or not drinking. Parents understand.
""",
    answer=key("Side, kind and drum are documented; fever belongs to it.", "H66.001", placeholder("A")),
)

RENAL_COLIC = Note(
    client=_CLIENT,
    service_line=_LINE,
    location=_HARBOR_BLUFF,
    encounter="HB-0916-009",
    seen_on=date(2026, 9, 16),
    provider="Ingrid Castellanos, MD",
    patient=Patient("Hirotaka Sugimoto", "HB284450", date(1981, 12, 28), "M"),
    payer="Dairyland Mutual",
    title="Emergency visit: right flank pain",
    layout="letterhead_pdf",
    body="""
# CC
Right flank pain, worst of his life.

# HPI
44 y/o line cook. Sudden at 06:10, waves, right flank into the groin. Nausea, vomited three times. Pink urine. Cannot
lie still. No fever, no burning. First episode. Brother has kidney stones. Nothing by mouth since last night.

# Exam
168/98 in pain, 104, 20, 98.0 F, 99%. Pacing, pale, sweating. Abdomen soft, no rebound. Right costovertebral angle
tender. Testes normal. Femoral pulses equal.

# Results
UA: large blood, no nitrite, no leukocytes. Creatinine 1.4 (baseline unknown). WBC 10.9. CT without contrast,
radiology: 5 mm calculus at the right ureterovesical junction with moderate right hydronephrosis and perinephric
stranding; aorta normal.

# IV medications and fluids (single left arm line)
07:02 ketorolac 30 mg IV push. 07:05 ondansetron 4 mg IV push. 07:10 to 08:25 normal saline one liter, for vomiting
and dehydration. 08:40 tamsulosin by mouth.

# MDM
Obstructing stone, not infected, pain responded to one round, kidney function to be repeated. Considered: dissection,
appendicitis, torsion, pyelonephritis; imaging and urinalysis argue against these. Urology (on call) agrees with a
trial of passage.

# Dx
Obstructing right ureteral calculus with hydronephrosis.

# Disposition
Discharged 09:50, pain 1. Strainer, tamsulosin, ibuprofen, six oxycodone tablets after the state registry was checked.
Urology Monday with a creatinine. Return for any fever.

# Allergies
Allergic to penicillin, reaction unknown.

# Nursing resource sheet
Triage 5, IV start 8, injections 16, fluids 15, pain reassessments 20, CT escort 10, antiemetic check 5, discharge 8,
strainer teaching 7. Total 94.
""",
    answer=key(
        "Stone with hydronephrosis is one combination code; the pain belongs to it.", "N13.2 Z88.0", placeholder("A")
    ),
)

DOG_BITE = Note(
    client=_CLIENT,
    service_line=_LINE,
    location=_FERN_VALLEY,
    encounter="HB-0919-176",
    seen_on=date(2026, 9, 19),
    provider="Dev Raghunathan, DO",
    patient=Patient("Anneliese Vogt", "HB498807", date(1979, 6, 17), "F"),
    payer="Workmen's Mutual of the Lakes",
    title="Emergency visit: dog bite of the left forearm",
    layout="text",
    body="""
# Arrival
16:48, walked in, towel around the arm.

# History
Letter carrier, 47-year-old, bitten on the sidewalk of her route half an hour before by a mixed-breed dog that ran off
and is not known in the street. Unprovoked. Two punctures and a tear on the left forearm. Washed under a hose.
Tetanus: more than ten years, cannot recall. No immune problem. No earlier rabies vaccine. Left-handed.

# Examination
T 98.6, P 90, BP 132/78. Dorsal left forearm, mid third: a ragged open wound 1.5 cm long into the fat and two
punctures 4 mm deep. No tendon visible. Finger and wrist extension strong. Sensation of the radial nerve intact.
X-ray: no tooth, no fracture.

# Treatment
Soaked and irrigated with a liter of saline and povidone-iodine, edges intentionally left open.
Tetanus-diphtheria-pertussis vaccine in the right deltoid. Amoxicillin-clavulanate first dose by mouth. The dog cannot
be observed, so the health department was called; they advise post-exposure prophylaxis and will give globulin and
vaccine at their own clinic tonight at 19:00, transport arranged by her supervisor.

# Impression
Open bite, left forearm. Exposure to rabies, possible. Booster given.

# Follow up
Wound check in 48 hours at occupational health. Animal control report filed, number in the chart.

# Nursing resource sheet
Triage 5, wound soak 10, injection 8, reports to agencies 8, teaching 5. Total 36.
""",
    answer=key(
        "Bite before its cause; rabies exposure was acted on, and the booster gives Z23.",
        "S51.852A Z20.3 Z23 W54.0XXA Y92.480 Y99.0",
        placeholder("ABC"),
    ),
)

STROKE_TRANSFER = Note(
    client=_CLIENT,
    service_line=_LINE,
    location=_HARBOR_BLUFF,
    encounter="HB-0923-012",
    seen_on=date(2026, 9, 23),
    provider="Malik Abernathy-Jones, MD",
    patient=Patient("Clementina Obregon", "HB075534", date(1952, 10, 4), "F"),
    payer="Medicare Part B",
    title="Emergency visit: acute stroke, thrombolysis and transfer",
    layout="letterhead_pdf",
    body="""
# Timeline
Time | Event
13:05 | Last known well, by her husband
13:40 | Door; stroke alert called from the ambulance
13:52 | CT head without hemorrhage
14:04 | Telestroke neurologist on screen
14:09 | Tenecteplase 20 mg IV bolus, vial of 25 mg, remainder discarded
14:21 | CT angiogram: right M1 occlusion
14:47 | Departed by helicopter to the thrombectomy center

# History
Mrs. Obregon, a 73-year-old right-handed woman, slid off her chair at lunch with her face drooping and the left arm
limp. Paroxysmal atrial fibrillation is known. Her husband says she stopped apixaban three weeks ago since the copay
went up and they could not afford it; no clinician was told. No bleeding history, no recent surgery, no trauma.

# Examination
BP 172/88, pulse 92 irregular, glucose 118, weight 80 kg. Eyes deviate right. Left lower face weak. Left arm no
movement, left leg drifts to the bed. Speech slurred but appropriate. Stroke nurse and I score NIHSS 11 before
treatment.

# Medical decision making
Disabling deficit inside the window, no contraindication, consent from patient and husband. Embolism from fibrillation
is likely but not shown. Neurologist concurs, advises transfer.

# Reassessment
At 14:40 the leg holds against gravity; arm and speech unchanged. Pressure kept under 180 with one dose of labetalol.

# Critical care
Life-threatening brain ischemia. 48 minutes of my time, apart from any separately reported procedure.

# Allergies
Allergic to penicillin, says her daughter.

# Diagnoses
1. Acute ischemic infarct, occlusion of the right middle cerebral artery; left hemiplegia, left facial weakness,
dysarthria.
2. Paroxysmal atrial fibrillation, anticoagulant stopped because of cost.
""",
    answer=key(
        "Embolism is only likely, so the occlusion is unspecified; deficits, underdosing with its reason, and the "
        "score.",
        "I63.511 G81.94 R29.810 R47.1 I48.0 T45.516A Z91.120 R29.711 Z88.0",
        placeholder("ABCD"),
    ),
    mistake=slip(
        "omitted",
        "under",
        "The NIHSS score of 11 before treatment is documented and was left off.",
        "I63.511 G81.94 R29.810 R47.1 I48.0 T45.516A Z91.120 Z88.0",
    ),
)

PYELONEPHRITIS = Note(
    client=_CLIENT,
    service_line=_LINE,
    location=_FERN_VALLEY,
    encounter="HB-0926-088",
    seen_on=date(2026, 9, 26),
    provider="Ingrid Castellanos, MD",
    patient=Patient("Ofelia Bergström", "HB390725", date(1959, 3, 11), "F"),
    payer="Medicare Part B",
    title="Emergency visit: fever and flank pain",
    layout="letterhead_pdf",
    body="""
# CC
Fever, shaking, back pain x 2 days.

# HPI
67 y/o retired baker. Burning urine on Thursday, then chills and left flank ache. Tmax 102.6. Nausea, kept down tea.
No stone history, no catheter. Diabetes type 2 for twelve years on metformin and empagliflozin. Kidney clinic calls it
CKD stage 3a, last eGFR 52.

# PMH / meds
T2DM, CKD 3a. Metformin 500 bid (reduced dose), empagliflozin 10, atorvastatin. NKDA.

# Exam
T 101.7, HR 102, BP 118/66, RR 18, 97%. Tired, moist mouth. Left CVA very tender. Abdomen soft, mild suprapubic
discomfort. Not confused. Feet intact.

# Results
UA nitrite pos, leuk esterase large, WBC too many to count. Culture sent. WBC 15.8. Lactate 1.1. Cr 1.2, eGFR 49.
Glucose 211, no ketones, gap normal. A quick look with the bedside ultrasound, no image kept: no hydronephrosis on the
left.

# Treatment
Ceftriaxone 1 g IV over 30 min 18:05 to 18:35. Normal saline 1000 mL 18:36 to 19:45. Acetaminophen by mouth.
Empagliflozin put on hold until she is eating.

# MDM
Febrile kidney infection in a diabetic with chronic kidney disease, hemodynamically fine, tolerating fluids, daughter
at home. Sepsis looked for: one organ system, lactate normal, pressure stable. Outpatient trial is reasonable, with a
call tomorrow.

# Dx
Acute pyelonephritis, left. Type 2 diabetes. CKD 3a.

# Discharge
20:10. Cefpodoxime x 10 d. Pharmacy checked dose for kidney function. Culture line gives the result Monday.

# Allergies
Allergic to penicillin, mild rash; cephalosporins since without trouble.

# Nursing resource sheet
Triage 5, IV start 8, infusion watch 15, fluids 15, reassessments 15, blood draw 5, oral medicine 5, teaching 8. Total
76.
""",
    answer=key(
        "Diabetes and kidney disease are linked unless the note says otherwise; the organism is not known yet.",
        "N10 E11.22 N18.31 Z79.84 Z88.0",
        placeholder("ABC"),
    ),
    mistake=slip(
        "specificity",
        "under",
        "E11.9 beside N18.31 ignores the presumed link of diabetes with chronic kidney disease: E11.22.",
        "N10 E11.9 N18.31 Z79.84 Z88.0",
    ),
)

EMERGENCY_NOTES = (
    STAIR_SPRAIN,
    FINGER_GLUE,
    CHEST_PRESSURE,
    ASTHMA,
    BUPRENORPHINE_START,
    EARACHE,
    RENAL_COLIC,
    DOG_BITE,
    STROKE_TRANSFER,
    PYELONEPHRITIS,
)
