"""Endoscopy reports of Saguaro Digestive Health, and one infusion."""

from datetime import date

from portal.commands.demo.notes.shape import Note, Patient, hcpcs, key, placeholder, slip

_CLIENT = "GIE"
_LINE = "endoscopy"
_LOCATION = "Saguaro Endoscopy Suite"

ENDOSCOPY_NOTES = (
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LOCATION,
        encounter="SDH-6090104",
        seen_on=date(2026, 9, 1),
        provider="Farid Moussavi, MD",
        patient=Patient("Geneva Castlebury", "SD-77120", date(1956, 8, 18), "F"),
        payer="Medicare Part B",
        title="Colonoscopy report",
        layout="operative_pdf",
        body="""
# Indication
Screening for colorectal cancer, average risk. Last colonoscopy ten years and two months ago, normal. No symptoms, no
family history, no earlier polyp.

# Sedation
Propofol by the anesthesia service (Ms. Farrow, CRNA). ASA 2.

# Instrument
High-definition adult colonoscope, carbon dioxide, cap.

# Preparation
Split-dose polyethylene glycol. Boston score 3 + 3 + 2 = 8.

# Extent
To the cecum in 6 minutes: appendiceal orifice, ileocecal valve and the crow's foot photographed. Withdrawal 9 minutes
20 seconds without interventions.

# Findings
- Perianal inspection and digital examination: normal.
- Cecum, ascending and transverse colon: healthy vascular pattern.
- Descending and sigmoid colon: about a dozen small diverticula. No inflammation, no bleeding.
- Rectum, forward and retroflexed: normal.

No polyp was seen, no tissue was taken.

# Impression
1. Negative screening colonoscopy of good quality.
2. Diverticulosis of the left colon.

# Coexisting conditions
Mixed hyperlipidemia, rosuvastatin 10 mg.

# Recommendations
At her next due date she will be 80: decide then on an individual basis. Fiber. She may eat and must not drive until
tomorrow. Results were given to her and to her husband, on paper, before leaving.
""",
        answer=key(
            "Average risk on Medicare and nothing removed: G0121, screening first, the diverticula second.",
            "Z12.11 K57.30 E78.2",
            hcpcs("G0121", "A"),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LOCATION,
        encounter="SDH-6090307",
        seen_on=date(2026, 9, 3),
        provider="Clementine Duarte, MD",
        patient=Patient("Solomon Abeyta", "SD-71884", date(1953, 12, 9), "M"),
        payer="Medicare Part B",
        title="Surveillance colonoscopy",
        layout="letterhead_pdf",
        body="""
# Indication
72-year-old gentleman. In 2021 I took out four tubular adenomas, the largest 14 mm; in 2023 none. He is due. No
bleeding, no change in bowel habit, weight stable. Aspirin only.

# Consent
Perforation, bleeding, missed lesions, sedation: understood. Identity band read aloud.

# Medication
Monitored anesthesia care.

# Procedure
The pediatric colonoscope passed a tight sigmoid with the patient turned on his back and reached the cecum at eleven
minutes. Base of the cecum washed. Quality of cleansing: Boston 2, 3, 3.

Coming out took fourteen minutes, the right colon being looked at twice, the second time in retroflexion. Near-focus
and narrow-band light were used over the old tattoo in the transverse colon: flat scar, regular pits, nothing
recurrent. The haustra were pressed open one after another. I found no polyp anywhere. Small internal hemorrhoids
without stigmata appeared in the anal canal and are asymptomatic.

# Times
Scope in 09:12, cecum 09:23, out 09:37.

# Conclusions
Surveillance after adenomas, clean. Scar well healed.

# Coexisting conditions
Mixed hyperlipidemia, diet and atorvastatin.

# Recommendations
Five years by present guidance, provided that he still wants it. Letter to his internist at the county clinic.
""",
        answer=key(
            "A history of adenomas makes him high risk: G0105, and surveillance is screening, with the history second.",
            "Z12.11 Z86.0101 E78.2",
            hcpcs("G0105", "AB"),
        ),
        mistake=slip(
            "procedure",
            "under",
            "G0121 is for average risk; four adenomas in 2021 make this G0105.",
            procedures=[hcpcs("G0121", "AB")],
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LOCATION,
        encounter="SDH-6090802",
        seen_on=date(2026, 9, 8),
        finished_on=date(2026, 9, 11),
        provider="Ananya Krishnamurthy, MD",
        patient=Patient("Bartholomew Quist", "SD-80235", date(1960, 5, 5), "M"),
        payer="Medicare Part B",
        title="Colonoscopy with polypectomy, and pathology",
        layout="operative_pdf",
        body="""
# Indication
First screening colonoscopy at 66, deferred for several years. Asymptomatic. No family history.

# Medication and monitoring
Anesthesia service, propofol. Capnography throughout.

# Technique
After a rectal examination without a mass, the scope was advanced under water to the cecum (landmarks photographed;
the last 4 cm of ileum looked normal). Bowel preparation adequate, Boston 7. Adenoma detection aid switched on.

# Findings
Segment | Finding
Cecum to descending | Normal
Sigmoid, 25 cm | One pedunculated polyp, head 11 mm, Paris 0-Ip
Rectum | Normal in retroflexion

# Intervention
The stalk was snared one third of the way down and cut with blended current; no injection was needed. Head recovered
through the suction trap in one piece. The stump was dry; one clip was put across it because of a long flight planned
for Thursday.

# Complications
None. Blood loss nil.

# Impression
Sigmoid polyp, removed completely. Otherwise normal.

# Pathology, received September 10
One polypoid fragment, 11 x 8 x 8 mm. Tubular adenoma, low grade throughout, cauterized margin free. A. Feldspar, MD.

# Coexisting conditions
Mixed hyperlipidemia, last panel in June at goal.

# Final diagnosis and follow-up
Final diagnosis after screening: tubular adenoma of the sigmoid colon. Next examination in three years, since it was
larger than 10 mm. Letter and images mailed on September 11.
""",
        answer=key(
            "Begun as screening, so Z12.11 stays first and Medicare wants PT on the removal.",
            "Z12.11 D12.5 E78.2",
            placeholder("AB", "PT"),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LOCATION,
        encounter="SDH-6091003",
        seen_on=date(2026, 9, 10),
        finished_on=date(2026, 9, 14),
        provider="Farid Moussavi, MD",
        patient=Patient("Yevgenia Sokolow", "SD-69017", date(1957, 7, 27), "F"),
        payer="Medicare Part B",
        title="Upper endoscopy with biopsies",
        layout="letterhead_pdf",
        body="""
# Indication
Heartburn for decades, partly controlled by omeprazole; regurgitation on lying down. Grandfather had esophageal
cancer.

# Sedation
Given under my direction by the endoscopy nurse, who had no other duty: midazolam 3 mg and fentanyl 75 mcg in steps,
first dose 10:04, last look at the patient by me 10:21. Comfortable, responsive to voice throughout. No reversal.

# Findings
Esophagus: Two erosions, each longer than 5 mm and not joining, grade B. Salmon-colored mucosa above the folds, Prague
C1 M3. Top of the gastric folds at 38 cm, diaphragmatic pinch at 41 cm.

Stomach: Sliding hiatal hernia of 3 cm, no Cameron lesion. Body and antrum with a normal pattern. Pylorus open.

Duodenum: Bulb and second portion healthy.

# Biopsies
Four quadrants at 38, 36 and 35 cm, three jars, cold forceps.

# Pathology
Pathology of September 14: intestinal metaplasia with goblet cells in all jars. No dysplasia. Two readers.

# Final diagnoses
- Barrett's esophagus without dysplasia.
- Reflux esophagitis, no bleeding.
- Hiatal hernia.

# Plan
Omeprazole 40 mg before breakfast and before supper for eight weeks, then once daily indefinitely. Elevate the head of
the bed. Repeat endoscopy in three years.
""",
        answer=key(
            "Biopsy confirmed Barrett's; esophagitis and hernia were also found; the endoscopist sedated a Medicare "
            "patient.",
            "K22.70 K21.00 K44.9",
            placeholder("ABC"),
            hcpcs("G0500", "ABC"),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LOCATION,
        encounter="SDH-6091105",
        seen_on=date(2026, 9, 11),
        finished_on=date(2026, 9, 16),
        provider="Clementine Duarte, MD",
        patient=Patient("Indira Chatterjee-Moss", "SD-81902", date(1995, 10, 20), "F"),
        payer="Copper State PPO",
        title="Diagnostic colonoscopy with biopsies",
        layout="letterhead_pdf",
        body="""
# Indication
30-year-old civil engineer. Seven weeks of bloody, mucous stools, five to seven in a day, urgency, four kilos lost.
Stool cultures and C. difficile negative; calprotectin 1,840. Hemoglobin 9.9 with ferritin 4, attributed by her
physician to chronic bowel blood loss.

# Preparation and sedation
Good. Propofol, Ms. Farrow.

# Findings
The ileum was entered for ten centimeters and was healthy. The cecum, ascending and transverse colon had a normal
vascular pattern; four mapping biopsies were taken from each. From the splenic flexure downward, with a sharp line,
the lining was continuously red, granular and friable to the touch of the scope, without deep ulcers: Mayo 2 in the
descending and sigmoid, 2 in the rectum. No pseudopolyps. No stricture.

# Histology, September 16
Right-sided jars: normal. Left colon and rectum: crypt distortion, basal plasma cells, cryptitis, crypt abscesses, no
granuloma, no virus by stain. Consistent across the jars with chronic active ulcerative colitis; I have reviewed the
slides and regard the diagnosis as settled.

# Diagnosis
1. Ulcerative colitis of the left side, moderately active, with rectal bleeding.
2. Iron deficiency anemia from that chronic loss.

# Plan
Mesalamine 4.8 g by mouth and an enema at night. Intravenous iron ordered. Budesonide if not better in two weeks. IBD
nurse saw her in recovery; vaccination list sent. Return September 25.
""",
        answer=key(
            "The extent and the bleeding are stated, so the combination code, and the anemia it caused.",
            "K51.511 D50.0",
            placeholder("AB"),
        ),
        mistake=slip(
            "specificity",
            "under",
            "Coded without complications (K51.50); the report says with rectal bleeding, K51.511.",
            "K51.50 D50.0",
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LOCATION,
        encounter="SDH-6091502",
        seen_on=date(2026, 9, 15),
        provider="Ananya Krishnamurthy, MD",
        patient=Patient("Roscoe Delacroix", "SD-74466", date(1958, 11, 14), "M"),
        payer="Medicare Part B",
        title="Colonoscopy, stopped before completion",
        layout="text",
        body="""
# Indication
Screening colonoscopy, average risk, 67-year-old. No symptom.

# Preparation
He drank the first half of the solution and vomited most of the second, and told the nurse after the IV was placed. We
agreed to attempt the examination.

# Sedation
Anesthesia team, propofol, started 13:20.

# Examination
Rectum: formed stool pushed aside. Sigmoid: brown slurry, lavaged and suctioned for eight minutes. Descending colon:
solid pieces that blocked the channel three times. The scope was brought up to the splenic flexure, and beyond it no
mucosa could be seen. Boston 0 for the transverse, 1 for the left side.

# Decision
I stopped at 13:41. Continuing would have added risk without benefit. The segments seen do not count as screened. No
biopsy.

# Recovery
Awake at 13:55, abdomen soft, passed gas. Findings discussed with him and his wife.

# Impression
Screening examination not completed because of inadequate preparation. No conclusion possible.

# Coexisting conditions
Mixed hyperlipidemia, takes pravastatin at bedtime.

# Plan
Two days of clear liquids, a lower-volume preparation with an antiemetic, rescheduled as first case on September 29.
The nurse navigator will call on both evenings.
""",
        answer=key(
            "Started and given up for the patient's sake: the screening code with 53 and the reason.",
            "Z12.11 Z53.8 E78.2",
            hcpcs("G0121", "AB", "53"),
        ),
        mistake=slip(
            "modifier",
            "over",
            "The scope never passed the splenic flexure; without modifier 53 a full examination is claimed, and the "
            "repeat on September 29 will be refused.",
            procedures=[hcpcs("G0121", "AB")],
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LOCATION,
        encounter="SDH-6091701",
        seen_on=date(2026, 9, 17),
        finished_on=date(2026, 9, 21),
        provider="Farid Moussavi, MD",
        patient=Patient("Marisol Etcheverry", "SD-79351", date(1978, 4, 2), "F"),
        payer="Copper State PPO",
        title="Upper endoscopy with balloon dilation",
        layout="letterhead_pdf",
        body="""
# Indication
Meat and bread stick behind the sternum every few weeks, for three years, always clearing with water. No heartburn.
Eats slowly. Barium swallow in August: a ring at the lower end, 13 mm.

# Anesthesia
Propofol (CRNA).

# Findings
Upper two thirds of the esophagus without rings, furrows or exudate; six biopsies there for eosinophils. At the
squamocolumnar junction, 39 cm, a thin, smooth, symmetric diaphragm, luminal diameter about that of the gastroscope.
Z-line regular. Below it a 2 cm sliding hiatal hernia. Stomach and duodenum without a lesion.

# Treatment
Through-the-scope balloon, 8 cm long, centered on the ring without a wire: 15, 16.5 and 18 mm, a minute at each. On
deflation two opposite mucosal splits, minimal self-limited oozing. The scope then passed without resistance.

# Biopsy result
September 21: fewer than two eosinophils in a field. Not eosinophilic esophagitis.

# Diagnosis
Schatzki ring obstructing the lower esophagus, opened to 18 mm. Hiatal hernia.

# Recommendations
Soft food today, normal tomorrow. Pain in the chest or under the skin of the neck: go to the emergency department.
About one in three rings recur within two years and can be dilated again. Omeprazole 20 mg daily lowers that risk.
""",
        answer=key(
            "The acquired ring is coded as obstruction, the hernia beside it.", "K22.2 K44.9", placeholder("AB")
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LOCATION,
        encounter="SDH-6092104",
        seen_on=date(2026, 9, 21),
        provider="Clementine Duarte, MD",
        patient=Patient("Emmanuel Kipchoge-Ward", "SD-82008", date(1972, 6, 24), "M"),
        payer="Copper State PPO",
        title="ERCP with stone extraction",
        layout="operative_pdf",
        body="""
# Clinical background
54-year-old. Eight days of dark urine and pale stool, itching, colic after supper. Never febrile. Bilirubin 6.1,
alkaline phosphatase 412, white count 8. MRCP: duct 13 mm with two distal filling defects; gallbladder in place,
sludge, thin wall. Cholecystectomy is planned for Friday.

# Preoperative and postoperative diagnosis
Choledocholithiasis with obstruction. No cholangitis, no cholecystitis.

# Anesthesia
General, intubated, prone. Indomethacin suppository 100 mg. Ringer's at 3 mL per kg per hour.

# Equipment
Side-viewing duodenoscope with a disposable cap, 4.4 F sphincterotome, hydrophilic wire 0.025 inch.

# Description of procedure
Papilla at the usual place, bulging, beside a 6 mm periampullary diverticulum. The wire went into the bile duct on the
third try and never into the pancreas. Dark bile; nothing purulent. Cholangiogram, read by me: duct 14 mm, two round
stones of 8 and 6 mm, cystic duct fills, intrahepatic branches symmetrical.

Sphincterotomy 9 mm in the eleven o'clock direction. Balloon swept from the hilum four times: the first pass brought
the larger stone, the second the other with sludge, two more brought only bile. Occlusion cholangiogram clear.
Drainage excellent, so no stent. Oozing at the apex stopped after 90 seconds of balloon pressure.

# Fluoroscopy
2 minutes 50 seconds, 61 mGy.

# Complication
None through discharge from recovery. Lipase at four hours 48.

# Plan
Clear liquids tonight. Surgery on Friday as arranged. Bilirubin Thursday. Call for chills or severe epigastric pain.
""",
        answer=key(
            "Stones in the duct with obstruction, and both inflammations are denied; the gallbladder is for the "
            "surgeon.",
            "K80.51",
            placeholder("A"),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LOCATION,
        encounter="SDH-6092301",
        seen_on=date(2026, 9, 23),
        provider="Ananya Krishnamurthy, MD",
        patient=Patient("Harriet Blackwater", "SD-70543", date(1949, 2, 10), "F"),
        payer="Medicare Part B",
        title="Urgent upper endoscopy, control of bleeding",
        layout="operative_pdf",
        body="""
# Indication
Sent from clinic this morning: melena since Monday, lightheaded on standing. 77-year-old, takes meloxicam 15 mg every
day as prescribed for her hands, for two years. Hemoglobin 8.1 on arrival, 12.9 in June; the internist calls it acute
blood loss anemia and ordered one unit of cells, running. Pulse 96, 108/62.

# Consent
Discussed with her and her son. Pantoprazole 80 mg given. Erythromycin 250 mg half an hour ahead.

# Sedation
Anesthesia service; endotracheal intubation because of the risk of aspiration.

# Findings
Esophagus normal, no varices. Stomach: coffee-ground fluid 200 mL suctioned. On the lesser curve just before the
pylorus an acute ulcer, 9 mm, soft edges, with a pigmented protuberance and continuous oozing (Forrest Ib). A few
erosions nearby. Duodenum normal, no blood.

# Treatment
Diluted epinephrine, 6 mL in four places around it. Then two clips, the first over the stigma, the second beside it.
Five minutes of observation with irrigation: no further bleeding. Four biopsies away from the ulcer for Helicobacter.

# Summary
Acute gastric ulcer with hemorrhage, an adverse effect of meloxicam taken correctly. Acute blood loss anemia. Bleeding
stopped.

# Coexisting conditions
Mixed hyperlipidemia, simvastatin; left off while she is fasting.

# Orders
Meloxicam stopped permanently; rheumatology notified. Pantoprazole infusion by protocol, hospital bed arranged for the
night. Second look only if bleeding recurs. Repeat endoscopy in eight weeks to confirm healing. Biopsy result by
phone.
""",
        answer=key(
            "Acute ulcer with hemorrhage, the anemia, and the drug, taken as prescribed, as an adverse effect.",
            "K25.0 D62 T39.395A E78.2",
            placeholder("ABC"),
        ),
        mistake=slip(
            "omitted",
            "under",
            "The report blames meloxicam taken correctly: the adverse effect T39.395A belongs after the ulcer.",
            "K25.0 D62 E78.2",
            [placeholder("AB")],
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LOCATION,
        encounter="SDH-6092508",
        seen_on=date(2026, 9, 25),
        provider="Clementine Duarte, MD",
        patient=Patient("Ezekiel Tsosie", "SD-76629", date(1999, 1, 31), "M"),
        payer="Medicaid of Arizona",
        title="Infusion record",
        layout="scanned_fax_png",
        body="""
# Order
Infliximab 5 mg/kg every 8 weeks, dose no. 9. Weight today 80 kg, dose 400 mg. Standing order signed August 3.

# Diagnosis
Crohn's disease of small and large intestine, in remission, no complication. Long-term biologic.

# Pre-infusion screening
No fever, cough, burning urine, dental work or new weakness. TB blood test negative in March. Not vaccinated with a
live agent. BP 118/70, P 66, T 98.2. One to two formed stools a day. Weight up 1 kg.

# Infusion
Time | Step
09:05 | IV 22 G right hand, first try
09:12 | Acetaminophen 650 mg, cetirizine 10 mg by mouth
09:40 | Infliximab 400 mg in 250 mL saline begun (four vials of 100 mg, all used)
10:10 | Rate raised, no complaint
11:48 | Finished, line flushed
12:20 | IV out, BP 116/68, discharged with partner

# Physician
Dr. Duarte in the suite throughout, saw the patient at 10:15. Trough level drawn before the dose. Next November 20.
""",
        answer=key(
            "Infliximab counts by 10 mg; remission is without complications; the biologic is long-term.",
            "K50.80 Z79.620",
            hcpcs("J1745", "AB", units=40),
            placeholder("AB"),
        ),
    ),
)
