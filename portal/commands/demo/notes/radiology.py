"""Reports of Pinecrest Imaging Associates: what was asked, what was seen, what it means."""

from datetime import date

from portal.commands.demo.notes.shape import Note, Patient, hcpcs, key, placeholder, slip

_CLIENT = "RAD"
_LINE = "radiology"

RADIOLOGY_NOTES = (
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location="Alder Street",
        encounter="PIA-260903-0147",
        seen_on=date(2026, 9, 3),
        provider="Naomi Okonkwo-Reyes, MD",
        patient=Patient("Leandro Quintanilla", "2044171", date(1997, 5, 19), "M"),
        payer="Atlantic Union Health PPO",
        title="CT of the abdomen and pelvis with intravenous contrast",
        layout="letterhead_pdf",
        body="""
# Indication
29-year-old man sent over from the walk-in clinic. Pain began around the navel last night and has settled in the right
lower quadrant; anorexia, one episode of vomiting, white count 14.2.

# Technique
Helical acquisition from the lung bases to the pubic symphysis in the portal venous phase, with coronal and sagittal
reformations. 95 mL of iohexol 350 mg iodine per mL were injected into a left antecubital vein, drawn from an imaging
bulk package. No oral contrast. Automated exposure control was used. DLP 512 mGy-cm.

# Comparison
None.

# Findings
Lung bases: Clear. No effusion.

Liver, gallbladder, spleen, pancreas, adrenals: Normal size and attenuation. No biliary dilatation.

Kidneys: Both enhance symmetrically. A 2.1 cm homogeneous water-attenuation lesion projects from the lower pole of the
left kidney without septa, calcium or enhancement. No stone and no hydronephrosis.

Bowel: The appendix is retrocecal, dilated to 12 mm, with mural hyperenhancement and surrounding fat stranding. An
appendicolith is not seen. No extraluminal gas, no drainable collection, and no free fluid in the pelvis. Terminal
ileum and colon are unremarkable.

Vessels, nodes, bones: Aorta of normal caliber. No adenopathy. No suspicious osseous lesion.

# Impression
1. Acute appendicitis, without perforation or abscess.
2. Simple cyst of the left kidney, 2.1 cm. No follow-up is needed.

Result telephoned to the referring clinician at 11:52 and read back.
""",
        answer=key(
            "Definitive diagnosis replaces the pain; the cyst is in the impression; contrast is counted in mL.",
            "K35.80 N28.1",
            placeholder("AB"),
            hcpcs("Q9967", "AB", units=95),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location="Millbrook",
        encounter="PIA-260908-0212",
        seen_on=date(2026, 9, 8),
        provider="Tobias Lindqvist, MD",
        patient=Patient("Winifred Osei-Tutu", "2051908", date(1959, 11, 2), "F"),
        payer="Medicare Part B",
        title="Chest radiographs, PA and lateral",
        layout="text",
        body="""
# Clinical information
Five days of cough, now with fever to 101.8 F. Never smoked. Rule out pneumonia.

# Comparison
Two-view chest of February 2024 from this facility.

# Report
Upright frontal and lateral views were obtained at full inspiration, with good penetration and no rotation.

The cardiac silhouette measures within normal limits and the aortic knob is mildly tortuous, as before. Trachea
midline.

There is a new patchy airspace opacity in the right lower lobe, best appreciated over the spine on the lateral
projection, where it obscures the posterior costophrenic sulcus in part. The left lung is clear. No pneumothorax.
Pulmonary vascularity is not increased.

Degenerative spurring along the thoracic spine is unchanged. Surgical clips in the right upper quadrant.

# Conclusion
Right lower lobe airspace opacity, consistent with pneumonia in the proper clinical setting. Radiographic clearing
should be documented in six to eight weeks; CT if it persists.
""",
        answer=key(
            "'Consistent with' is uncertain, so the symptoms and the finding are coded and pneumonia is not.",
            "R91.8 R05.1 R50.9",
            placeholder("ABC"),
        ),
        mistake=slip(
            "specificity",
            "over",
            "J18.9 was coded as established, but the report says only that the opacity is consistent with pneumonia.",
            "J18.9",
            [placeholder("A")],
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location="Alder Street",
        encounter="PIA-260910-0096",
        seen_on=date(2026, 9, 10),
        provider="Harpreet Sandhu, DO",
        patient=Patient("Marguerite Thibodeaux", "2039554", date(1984, 1, 27), "F"),
        payer="Blue Heron Mutual",
        title="MRI of the left knee",
        layout="letterhead_pdf",
        body="""
# History
Twisting injury on a pickleball court eleven days ago. Medial joint line pain, catching, effusion on examination.
First imaging beyond plain films.

# Protocol
1.5 tesla, dedicated eight-channel knee coil. Sagittal proton density with and without fat suppression, coronal T1 and
fat-suppressed proton density, axial T2. Gadolinium was not given.

# Menisci
Medial: A horizontal cleft in the posterior horn meets a radial component at the body junction, with a 5 mm displaced
flap turned into the inferior gutter. This combination makes it a complex tear. The root attachment is preserved.

Lateral: Normal morphology and signal.

# Ligaments and tendons
Anterior and posterior cruciates intact. Grade 1 periligamentous edema along the medial collateral without fiber
disruption. Lateral corner structures, quadriceps and patellar tendons normal.

# Cartilage and bone
Superficial fraying over the medial femoral condyle, no full-thickness defect. Mild marrow edema in the posteromedial
tibial plateau of contusion type. No fracture line.

# Joint
Moderate effusion. A septated cyst, 3.4 cm, extends between the medial gastrocnemius and semimembranosus, the usual
popliteal location, and has not ruptured.

# Impression
- Acute complex tear, posterior horn and body of the left medial meniscus, with a displaced inferior flap.
- Popliteal (Baker) cyst, intact.
""",
        answer=key(
            "Current injury, complex pattern, left side; initial encounter while still being worked up.",
            "S83.232A M71.22",
            placeholder("AB", "LT"),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location="Millbrook",
        encounter="PIA-260911-0033",
        seen_on=date(2026, 9, 11),
        provider="Naomi Okonkwo-Reyes, MD",
        patient=Patient("Parisa Golestani", "2062217", date(1973, 8, 14), "F"),
        payer="Medicaid of Maine",
        title="Bilateral diagnostic mammogram with tomosynthesis",
        layout="letterhead_pdf",
        body="""
# Reason for examination
The patient felt a lump in the left breast three weeks ago; her nurse practitioner confirmed it in the upper outer
quadrant. No discharge, no skin change. Mother had breast cancer at 71. Last screening study was in 2023.

# Examination
Full-field digital craniocaudal and mediolateral oblique images of both breasts, each with tomosynthesis, a
spot-compression tangential view over a skin marker, and a true lateral view on the left.

# Breast composition
Heterogeneously dense on both sides, category C, which may obscure small masses.

# Left breast
Deep to the palpable marker, 8 cm from the nipple at the 2 o'clock position, lies a 14 mm focal asymmetry that
persists on spot compression and carries subtle architectural distortion on slices 22 through 27. There are no
associated microcalcifications. The axilla shows lymph nodes with preserved fatty hila.

# Right breast
Scattered benign round calcifications. No mass, no distortion, nothing new against the prior study.

# Assessment
BI-RADS 4B, left. Moderate suspicion. BI-RADS 2, right.

# Recommendation
Targeted ultrasound, then core biopsy of the left upper outer quadrant under whichever guidance shows it best. Ms.
Golestani was told in person, in Farsi through a certified interpreter, and left with a biopsy appointment for
September 16.
""",
        answer=key(
            "The lump leads; the abnormal image, both breasts' density and the mother's cancer follow; tomosynthesis "
            "has a G code.",
            "N63.21 R92.8 R92.333 Z80.3",
            placeholder("ABC"),
            hcpcs("G0279", "ABC"),
        ),
        mistake=slip(
            "omitted",
            "under",
            "Tomosynthesis was done with the diagnostic views of both breasts and is documented, but G0279 is missing.",
            procedures=[placeholder("ABC")],
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location="Millbrook",
        encounter="PIA-260914-0018",
        seen_on=date(2026, 9, 14),
        provider="Tobias Lindqvist, MD",
        patient=Patient("Bernadette Kowalczyk", "1987302", date(1958, 3, 30), "F"),
        payer="Medicare Part B",
        title="Bone densitometry, hips and lumbar spine",
        layout="letterhead_pdf",
        body="""
# Indication
Screening for osteoporosis. 68-year-old woman, menopause at 50 without symptoms now, no hormone therapy. Never
measured before. No fracture as an adult. No steroids. Dairy daily, walks regularly.

# Technique
Central dual-energy x-ray absorptiometry on the Millbrook unit; daily phantom within tolerance. L3 was left out of the
spine average because of a sclerotic facet.

# Results
Region | Density g/cm2 | T-score | Z-score
L1, L2, L4 | 0.781 | -2.6 | -0.9
Left femoral neck | 0.604 | -2.7 | -1.1
Left total hip | 0.712 | -1.9 | -0.6
Right femoral neck | 0.623 | -2.5 | -1.0

# Interpretation
By World Health Organization criteria the lowest T-score, minus 2.7 at the left femoral neck, is in the range of
osteoporosis. Lateral vertebral images taken at the same sitting show normal vertebral heights, so there is no
evidence of a fragility fracture.

# Impression
Age-related osteoporosis, found on screening, without a fracture. Ten-year risk by the calculator with femoral neck
density: major fracture 19 percent, hip 5.1 percent. Treatment thresholds are met. A repeat in two years on this same
scanner would be comparable; least significant change here is 0.028 g/cm2 at the hip.
""",
        answer=key(
            "It began as a screening, so that stays first; the disease found follows, then the menopausal state.",
            "Z13.820 M81.0 Z78.0",
            placeholder("ABC"),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location="Alder Street",
        encounter="PIA-260915-0154",
        seen_on=date(2026, 9, 15),
        provider="Harpreet Sandhu, DO",
        patient=Patient("Cornelius Vandermeer", "2070443", date(1962, 6, 6), "M"),
        payer="Blue Heron Mutual",
        title="Low-dose chest CT for lung cancer screening",
        layout="text",
        body="""
# Eligibility as supplied
Age 64. 38 pack-years. Still smokes cigarettes, about 12 a day. No hemoptysis, no weight loss, no symptom of lung
cancer. Counselled and shared decision documented by the ordering office on August 27.

# Scan
Unenhanced, one breath hold, 1.0 mm sections, effective dose 1.1 mSv. Baseline study: nothing earlier to compare.

# Nodules
Solid, left upper lobe apicoposterior segment, mean diameter 4.5 mm (series 3, image 71). No other nodule. No
endobronchial lesion.

# Lungs
Centrilobular emphysema with an upper-zone predominance, moderate in extent. Thickened airway walls. No consolidation,
no fibrosis.

# Other findings
Heart not enlarged. Mild calcium in the arch. Esophagus unremarkable. Visualized liver and adrenals unremarkable. No
destructive bone lesion; old healed fracture of the left seventh rib.

# Impression
- Lung-RADS 2, benign appearance or behavior: solitary 4.5 mm pulmonary nodule on the left. Continue yearly screening,
next due September 2027.
- Moderate centrilobular emphysema.
- Smoking cessation assistance is recommended.
""",
        answer=key(
            "Screening first, then the habit that makes him eligible, then what the impression lists.",
            "Z12.2 F17.210 R91.1 J43.2",
            placeholder("ABCD"),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location="Alder Street",
        encounter="PIA-260917-0071",
        seen_on=date(2026, 9, 17),
        provider="Naomi Okonkwo-Reyes, MD",
        patient=Patient("Rutger Hallström", "2018876", date(1955, 12, 11), "M"),
        payer="Medicare Part B",
        title="PET/CT, skull base to mid thigh, with fluorodeoxyglucose",
        layout="letterhead_pdf",
        body="""
# Indication
Adenocarcinoma of the right upper lobe, stage IIIA when diagnosed in January. Four cycles of chemotherapy with an
immune checkpoint inhibitor, the last on August 20; therapy continues. New left hip pain. Restage to guide the next
line of treatment.

# Radiopharmaceutical
11.8 mCi F-18 fluorodeoxyglucose in the right hand at 08:41; uptake time 63 minutes; glucose 104 mg/dL; fasting since
midnight. Low-dose CT for attenuation correction and localization only.

# Comparison
PET/CT of January 22, 2026.

# Neck
Physiologic distribution. No avid node.

# Chest
The right upper lobe primary has shrunk from 4.6 to 2.9 cm; SUVmax 6.3, previously 14.8. Right lower paratracheal
(station 4R) node 1.6 cm with SUVmax 5.1, before 9.0. Station 7 is now background. Small right effusion without
uptake.

# Abdomen and pelvis
Liver homogeneous, mean SUV 2.4. Adrenals, spleen and bowel physiologic.

# Skeleton
A new lytic focus in the left iliac bone above the acetabulum, 1.9 cm, SUVmax 8.8. Marrow activity elsewhere is even.

# Impression
1. Partial metabolic response of the right upper lobe carcinoma.
2. Persistent mediastinal nodal metastasis, station 4R, also smaller.
3. New osseous metastasis of the left ilium. Mixed response overall.

Discussed with the oncologist the same afternoon.
""",
        answer=key(
            "Primary under treatment, then nodal and bone metastases; PS since the scan guides subsequent treatment.",
            "C34.11 C77.1 C79.51",
            placeholder("ABC", "PS"),
            hcpcs("A9552", "ABC"),
        ),
        mistake=slip(
            "modifier",
            "neutral",
            "PI is for the initial treatment strategy; this scan restages during treatment and takes PS.",
            procedures=[placeholder("ABC", "PI"), hcpcs("A9552", "ABC")],
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location="Millbrook",
        encounter="PIA-260918-0009",
        seen_on=date(2026, 9, 18),
        provider="Tobias Lindqvist, MD",
        patient=Patient("Ephraim Goldfarb", "2073390", date(1938, 4, 23), "M"),
        payer="Medicare Part B",
        title="Portable chest, single view, at Birch Hollow nursing facility",
        layout="text",
        body="""
# Examination
Our mobile unit went to Birch Hollow for this one resident. The technologist transported and set up the equipment at
the bedside in room 14. Film at 06:58, semi-erect, AP.

# Clinical information
Oxygen saturation 86 percent on room air since the night shift; resident declines transfer for now.

# Findings
Rotated to the left, lordotic. Low volumes.

Homogeneous opacity fills the lower half of the left hemithorax with a meniscus along the lateral wall and loss of the
hemidiaphragm and heart border. The adjacent left lower lobe is airless and crowded. No shift of the mediastinum. The
right lung shows no consolidation, and the right angle is sharp. No pneumothorax at the apices. Sternal wires and
valve ring as in 2022.

# Impression
1. Moderate to large left pleural effusion, new.
2. Compressive atelectasis of the left lower lobe.

The charge nurse was called at 07:20. Lateral decubitus film or ultrasound is recommended before drainage.
""",
        answer=key(
            "The findings explain the desaturation; one patient seen, so one transport and one set-up.",
            "J90 J98.11",
            placeholder("AB"),
            hcpcs("R0070", "AB"),
            hcpcs("Q0092", "AB"),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location="Millbrook",
        encounter="PIA-260922-0188",
        seen_on=date(2026, 9, 22),
        provider="Harpreet Sandhu, DO",
        patient=Patient("Nkechi Adeyemi-Ross", "2066125", date(1990, 10, 9), "F"),
        payer="Granite Coast HMO",
        title="Ultrasound of the thyroid",
        layout="scanned_fax_png",
        body="""
# Indication
Fullness of the lower neck noticed at a pre-employment physical. TSH 1.9. No radiation, no family history.

# Technique
High-frequency linear transducer, gray scale and color Doppler, both lobes, isthmus and the lateral neck.

# Measurements
Part | Size in cm
Right lobe | 5.8 x 2.1 x 2.0
Left lobe | 5.4 x 1.9 x 1.8
Isthmus | 0.5

# Findings
The gland is enlarged and of uneven echotexture, with normal flow.

Right, mid pole: 1.7 cm, solid, isoechoic, smooth margin, wider than tall, no echogenic foci. TI-RADS 3.

Right, lower pole: 0.8 cm, spongiform. TI-RADS 1.

Left, upper pole: 1.2 cm, mixed cystic and solid with comet-tail artifact. TI-RADS 2.

No abnormal lymph node on either side.

# Impression
Nontoxic multinodular goiter. None of the nodules reaches the size for aspiration. Follow the 1.7 cm nodule with
another ultrasound in twelve months.
""",
        answer=key("Several nodules, normal function; the fullness is explained.", "E04.2", placeholder("A")),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location="Alder Street",
        encounter="PIA-260924-0120",
        seen_on=date(2026, 9, 24),
        provider="Naomi Okonkwo-Reyes, MD",
        patient=Patient("Imani Whitfield", "2029981", date(1988, 2, 17), "F"),
        payer="Atlantic Union Health PPO",
        title="MRI of the brain before and after contrast",
        layout="letterhead_pdf",
        body="""
# Indication
Relapsing-remitting multiple sclerosis since 2019, on ocrelizumab. Yearly surveillance. No new complaint; assess for
disease activity.

# Technique
3 tesla. Sagittal and axial 3D FLAIR, axial T2, diffusion, susceptibility-weighted and pre-contrast T1 images. Then 7
mL of gadobutrol by hand into the right forearm, and T1 again five minutes later. Renal function was normal in August.

# Comparison
September 30, 2025, same scanner and protocol, subtraction maps available.

# Findings
Around the lateral ventricles, in the corpus callosum and in the left middle cerebellar peduncle there are ovoid
hyperintense lesions, 17 in number. Subtraction shows no lesion that has appeared or grown. None enhances. Two
juxtacortical lesions in the right frontal lobe are as before. Five T1 black holes, stable.

Ventricles and sulci are normal for age; third ventricle 5 mm, unchanged. No restricted diffusion, no microhemorrhage.
Optic nerves are symmetric within the limits of a brain protocol. Orbits, sinuses and mastoids clear.

# Impression
Lesion pattern typical of the known multiple sclerosis, without new, enlarging or enhancing lesions in the past year.
No sign of opportunistic infection under anti-CD20 treatment.
""",
        answer=key(
            "The report names the relapsing-remitting form, which has had its own code since October 2025; "
            "gadobutrol counts by tenths of a mL.",
            "G35.A",
            placeholder("A"),
            hcpcs("A9585", "A", units=70),
        ),
        mistake=slip(
            "specificity",
            "under",
            "Coded as unspecified (G35.D), but the indication says relapsing-remitting, which is G35.A.",
            "G35.D",
        ),
    ),
)
