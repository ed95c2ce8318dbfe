"""Clinic letters, imaging, tracings and laboratory work of Inlet Heart & Vascular."""

from datetime import date

from portal.commands.demo.notes.shape import Note, Patient, hcpcs, key, placeholder, slip

_CLIENT = "CAR"
_LINE = "cardiology"
_CLINIC = "Ravenspoint Clinic"
_LABORATORY = "Inlet Cardiac Laboratory"

CARDIOLOGY_NOTES = (
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_CLINIC,
        encounter="IHV-0901-12",
        seen_on=date(2026, 9, 1),
        provider="Matthias Oyelaran, MD",
        patient=Patient("Gunnar Ahlquist", "40-2281", date(1955, 5, 14), "M"),
        payer="Medicare Part B",
        title="Heart failure clinic",
        layout="letterhead_pdf",
        body="""
# Interval history
Four months since the last visit. He worked two salmon openings in July without stopping for breath. One pillow.
Weight at home 88 to 89 kg, never more than a kilo off. No shocks felt, no faint, no chest pain. Salt: "less than my
wife thinks."

# Background
- Ischemic cardiomyopathy after an anterior infarct in 2017; stent to the left anterior descending then.
- Coronary artery disease otherwise treated with medicine, no angina.
- Chronic systolic heart failure, ejection fraction 30 to 35 percent by echo in March.
- Hypertension for twenty-five years.
- Single-chamber defibrillator, 2018.

# Medications
Sacubitril-valsartan 97/103 twice a day, carvedilol 25 twice, spironolactone 25, empagliflozin 10, furosemide 20 on
three days a week, atorvastatin 80, aspirin 81.

# Examination
118/70, 62 regular, 89.1 kg. JVP 6 cm. Apex displaced, S3 no longer heard. Lungs clear. No edema.

# Data
Potassium 4.9, creatinine 1.3, NT-proBNP 610 (1,450 in March). Remote device report of August 20: no therapy
delivered.

# Assessment
Chronic systolic heart failure with hypertensive heart disease and ischemic cardiomyopathy, NYHA class II, euvolemic
and compensated. On all four drug classes at full dose. Coronary disease stable without angina.

# Medication changes
Furosemide as needed only. Potassium in two weeks. Otherwise the same.

# Follow-up
Echo in March, clinic after it. I have followed him for nine years and continue to manage his heart failure. He calls
for a gain of 2 kg in three days.
""",
        answer=key(
            "Hypertension with failure is a combination code, first; then type and acuity, the muscle, vessels, "
            "devices.",
            "I11.0 I50.22 I25.5 I25.10 I25.2 Z95.810 Z95.5",
            placeholder("ABCD"),
            hcpcs("G2211", "ABCD"),
        ),
        mistake=slip(
            "specificity",
            "under",
            "I50.9 was used though chronic and systolic are both written: I50.22.",
            "I11.0 I50.9 I25.5 I25.10 I25.2 Z95.810 Z95.5",
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LABORATORY,
        encounter="IHV-0903-04",
        seen_on=date(2026, 9, 3),
        provider="Leilani Akana, MD",
        patient=Patient("Mairead Fitzsimmons", "40-1907", date(1945, 10, 6), "F"),
        payer="Medicare Part B",
        title="Transthoracic echocardiogram with enhancing agent",
        layout="letterhead_pdf",
        body="""
# Indication
Louder murmur. Exertional dyspnea on hills. Known calcific valve disease, no rheumatic fever in childhood.

# Study
Complete two-dimensional, M-mode, spectral and color Doppler from all windows, technically difficult because of a
narrow chest. Two adjacent segments were not visualized in the apical views, so sulfur hexafluoride microspheres were
given: 3 mL in two pushes out of a 5 mL single-dose vial, 2 mL discarded. No reaction.

# Dimensions
Measure | Result | Usual
LV end-diastolic | 4.4 cm | 3.8 to 5.2
Septum | 1.3 cm | 0.6 to 0.9
LV ejection fraction, biplane | 62 % | 54 to 74
LA volume index | 39 mL/m2 | up to 34
Aortic peak velocity | 4.2 m/s | below 2.0
Aortic mean gradient | 43 mmHg | up to 5
Aortic valve area | 0.8 cm2 | above 2.0
RV systolic pressure | 36 mmHg | up to 35

# Description
Left ventricle: concentric wall thickening, normal motion of every segment once enhanced. Impaired relaxation.

Aortic valve: trileaflet, heavily calcified, severely restricted opening. Severe stenosis. Trace regurgitation.

Mitral valve: calcified annulus, thin leaflets; moderate central regurgitant jet, degenerative, vena contracta 0.5 cm.

Right heart and pericardium: unremarkable.

# Conclusion
1. Severe calcific, non-rheumatic aortic stenosis. Mean gradient was 34 in 2025.
2. Moderate degenerative (non-rheumatic) mitral regurgitation.
3. Normal ejection fraction.

Results called to Dr. Petrov; discuss at valve conference.
""",
        answer=key(
            "Both valves are called non-rheumatic, so not the I08 group; 3 mL used, 2 mL of the vial discarded.",
            "I35.0 I34.0",
            placeholder("AB"),
            hcpcs("Q9950", "AB", units=3),
            hcpcs("Q9950", "AB", "JW", units=2),
        ),
        mistake=slip(
            "specificity",
            "neutral",
            "I08.0 presumes rheumatic disease of both valves; the report twice says non-rheumatic.",
            "I08.0",
            [placeholder("A"), hcpcs("Q9950", "A", units=3), hcpcs("Q9950", "A", "JW", units=2)],
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LABORATORY,
        encounter="IHV-0908-02",
        seen_on=date(2026, 9, 8),
        provider="Sunniva Petrov, MD",
        patient=Patient("Alonzo Whitebear", "40-2544", date(1957, 3, 21), "M"),
        payer="Medicare Part B",
        title="Rest and stress perfusion imaging with regadenoson",
        layout="letterhead_pdf",
        body="""
# Indication
Known native coronary disease, stent in the circumflex 2020. Stable angina, lately at two flights instead of four.
Artificial hip, so no treadmill.

# Protocol
Rest dose 9.8 mCi technetium-99m sestamibi at 07:50, images at 08:40. Stress: regadenoson 0.4 mg over ten seconds from
the prefilled single-dose syringe, all of it; 31.2 mCi of the same tracer twenty seconds later; images after one hour.
CT attenuation correction. Caffeine stopped the evening before.

# Hemodynamics
Rest 64 per minute, 138/80. Peak 92, 126/72. Flushing, brief chest tightness like his usual angina, resolved in four
minutes without aminophylline.

# Electrocardiogram
Sinus. One millimeter horizontal ST depression in V5 and V6 at minute three, recovered at eight.

# Perfusion
Territory | Rest | Stress
Anterior and septal | Normal | Moderate defect, mid to apical, 14 % of the ventricle
Lateral | Normal | Normal
Inferior | Normal | Normal

# Gated figures
Ejection fraction 58 percent at rest, 52 after stress. Transient dilation ratio 1.21. Anteroapical hypokinesis after
stress.

# Coexisting conditions
Mixed hyperlipidemia, on a high-intensity statin.

# Interpretation
Reversible anterior perfusion defect of moderate size, with angina and ST change, meaning ischemia in the left
anterior descending territory in this man with coronary disease and stable angina. The stented territory is normally
perfused. High-risk features: transient dilation and fall in ejection fraction. Angiography is suggested.
""",
        answer=key(
            "Two doses of tracer on one day, 0.4 mg of regadenoson in tenths with JZ; disease and stable angina "
            "combine.",
            "I25.118 Z95.5 E78.2",
            placeholder("AB"),
            hcpcs("A9500", "AB", units=2),
            hcpcs("J2785", "AB", "JZ", units=4),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_CLINIC,
        encounter="IHV-0909-07",
        seen_on=date(2026, 9, 9),
        provider="Matthias Oyelaran, MD",
        patient=Patient("Philomena Achterberg", "40-2690", date(1962, 12, 1), "F"),
        payer="Northern Lights Health Trust",
        title="Rhythm clinic",
        layout="text",
        body="""
# History of present illness
Atrial fibrillation has been continuous since the monitor of July 2, ten weeks. She is here to decide about
cardioversion. 63-year-old ferry purser. Tired after lunch, few palpitations. No stroke, no bleeding. Sleep test done:
no apnea.

# Risk scores
Woman with hypertension: CHA2DS2-VASc of 2. Apixaban 5 mg twice a day since July 6; two missed doses, both in July.
Bleeding score 1.

# Medications
Apixaban, metoprolol succinate 50, amlodipine 5.

# Findings
132/78. Pulse irregularly irregular at 84. Thyroid not enlarged. Lungs clear. No murmur. No ankle swelling.

# Echocardiogram, August
Left atrium 41 mL/m2, ejection fraction 60, valves good.

# ECG
Twelve-lead today compared with July: atrial fibrillation, 86, narrow QRS, no ST change. Separate signed
interpretation filed under this encounter.

# Assessment
Persistent atrial fibrillation, not long-standing, with symptoms. Hypertension at goal. Three unbroken weeks of
anticoagulant are confirmed by her pill box.

# Plan
1. Cardioversion September 16 at the laboratory, with propofol.
2. Uninterrupted apixaban, at least four weeks after and most likely lifelong.
3. If it recurs, catheter ablation rather than an antiarrhythmic; handout given.
4. Continue metoprolol and amlodipine.
""",
        answer=key(
            "Persistent and expressly not long-standing; pressure and the anticoagulant follow.",
            "I48.19 I10 Z79.01",
            placeholder("ABC", "25"),
            placeholder("A"),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_CLINIC,
        encounter="IHV-0911-21",
        seen_on=date(2026, 9, 11),
        provider="Sunniva Petrov, MD",
        patient=Patient("Ottilie Brandvold", "40-0873", date(1956, 7, 7), "F"),
        payer="Medicare Part B",
        title="Home INR: physician review of four results",
        layout="text",
        body="""
# Program
Home prothrombin testing since January 2022, weekly, meter checked against the laboratory in May. Mechanical mitral
valve 2009. Warfarin for life. Target 2.5 to 3.5.

# Results since the last review
Date | INR | What was done
August 19 | 2.9 | Same dose
August 26 | 2.4 | One extra 2.5 mg
September 2 | 3.1 | Same dose
September 9 | 3.0 | Same dose

# Telephone interview by the nurse
One bruise on the shin from stacking wood. No melena, no epistaxis. Bladder symptoms resolved without an antibiotic.
Eats kale on Fridays, unchanged.

# Physician review
All four values read and interpreted by me today. The low value of August 26 follows a dose missed on the 23rd by her
account. Time in therapeutic range for the quarter 88 percent. No new interacting medication.

# Instructions
Warfarin 5 mg daily, 7.5 on Mondays. Test again each Wednesday. Vitamin K 1 mg is at home, to be taken only on our
instruction. Test strips reordered. Dental cleaning in October: amoxicillin prophylaxis, do not hold warfarin.

# Coexisting conditions
Mixed hyperlipidemia, no new medicine that would move the INR.

# Diagnosis for this service
Monitoring of warfarin for a prosthetic heart valve.
""",
        answer=key(
            "Four results, one review; drug monitoring first, the valve is what makes the service payable.",
            "Z51.81 Z79.01 Z95.2 E78.2",
            hcpcs("G0250", "ABC"),
        ),
        mistake=slip(
            "pointer",
            "neutral",
            "G0250 points at the monitoring alone; the mechanical valve (C) is the reason it is covered.",
            procedures=[hcpcs("G0250", "A")],
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LABORATORY,
        encounter="IHV-0914-03",
        seen_on=date(2026, 9, 14),
        provider="Leilani Akana, MD",
        patient=Patient("Kenji Aguinaldo", "40-2718", date(1980, 8, 25), "M"),
        payer="Northern Lights Health Trust",
        title="Stress echocardiogram, treadmill",
        layout="letterhead_pdf",
        body="""
# Indication
Sharp left-sided chest pains for a month, at rest or at the keyboard, seconds to a minute, never on his bicycle.
46-year-old. Father had bypass surgery at 50. Resting ECG normal.

# Exercise
Bruce protocol, 11 minutes 40 seconds, 13.4 METs, stopped for tired legs. Heart rate 61 to 171, 98 percent of that
predicted for age. Pressure 122/76 to 178/74. No chest pain. Borg 17.

# Stress ECG
Upsloping J-point depression under one millimeter, resolved within thirty seconds. Three isolated PVCs in recovery. No
other arrhythmia.

# Resting images
Normal chamber sizes, wall thickness 0.9 cm, ejection fraction 60. No effusion. Normal valves; trivial tricuspid
regurgitation.

# Post-exercise images, within 50 seconds
All sixteen segments become hyperdynamic. Cavity size decreases. Ejection fraction 75. No inducible wall motion
abnormality.

# Conclusion
Negative for ischemia at a high workload. Duke score 11. Low-risk study.

# Coexisting conditions
Mixed hyperlipidemia, untreated so far.

# Comment to the referring physician
Atypical chest pain without evidence of ischemia. There is some tenderness over the third costochondral junction,
which I leave to you. LDL of 141 with this family history deserves attention.
""",
        answer=key(
            "A normal test leaves the pain as it was; the father's disease is why it was done.",
            "R07.89 Z82.49 E78.2",
            placeholder("AB"),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_CLINIC,
        encounter="IHV-0916-15",
        seen_on=date(2026, 9, 16),
        provider="Sunniva Petrov, MD",
        patient=Patient("Eudora Pennington", "40-1526", date(1941, 1, 4), "F"),
        payer="Medicare Part B",
        title="Pacemaker check with reprogramming",
        layout="letterhead_pdf",
        body="""
# Device
Dual-chamber pacemaker, left chest, implanted June 2019 for sick sinus syndrome. Leads of the same date. No advisory.

# Reason for visit
In person, programmer used by me. 85-year-old who feels well at rest but tires early at her Thursday dances; her pulse
stays near 70 while dancing.

# Measurements
Parameter | Atrium | Ventricle
Sensing | 2.8 mV | 9.6 mV
Threshold at 0.4 ms | 0.75 V | 0.9 V
Impedance | 480 ohm | 560 ohm
Paced | 91 % | 3 %

Battery 2.94 volts, some five years left. Underlying rhythm: sinus at 38.

# Stored events
No mode switch. No high-rate atrial or ventricular episode since the last interrogation. Rate histogram: blunted,
nearly all beats between 60 and 70.

# Reprogramming
- Rate response from low to medium-high, threshold for activity one step down.
- Upper sensor rate 110 to 125.
- Ventricular output 2.5 to 2.0 volts, to spare the battery.

On a brisk hall walk after reprogramming her rate rose to 98 without symptoms. Pocket well healed, no erosion or
warmth.

# Conclusion
Sick sinus syndrome, normal dual-chamber function, rate-response sensor adjusted for exertional intolerance of a fixed
rate.

# Follow-up
Remote transmissions every three months. Return in one year, or sooner if she still tires while dancing.
""",
        answer=key(
            "The visit was to adjust the device, so Z45.018 and not the mere presence; then the disease it treats.",
            "Z45.018 I49.5",
            placeholder("AB"),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LABORATORY,
        encounter="IHV-0918-01",
        seen_on=date(2026, 9, 18),
        provider="Leilani Akana, MD",
        patient=Patient("Cyrus Mandelbaum", "40-2733", date(1959, 9, 9), "M"),
        payer="Medicare Part B",
        title="Coronary and iliac angiography",
        layout="operative_pdf",
        body="""
# Indication
Chest pain at rest on two nights, relieved by nitroglycerin, enzymes negative: unstable angina. Also one year of right
calf claudication at one block; right ankle index 0.71. 67-year-old, former welder.

# Access
Right radial abandoned because of a loop at the elbow. Left common femoral under ultrasound, 6 French, single-wall
puncture.

# Procedures
1. Left heart catheterization with coronary angiography.
2. Iliac and femoral angiography through the same catheter, at the time of the above, for the right leg.

# Medications and contrast
Midazolam 1 mg, fentanyl 25 mcg, heparin 3,000 units. Contrast 92 mL.

# Pressures
Aorta 141/74, left ventricle 140/4 to 15. No gradient on pullback.

# Coronary arteries, right dominant, all native
Vessel | Finding
Left main | Smooth
Left anterior descending | 80 %, mid, calcified, long
Diagonal 1 | 50 % at its mouth
Circumflex | Minor irregularity
Right | Occluded at the first bend, bridging collaterals and filling from the septals; chronic total occlusion

# Left ventriculogram
Not performed.

# Iliac and femoral angiography
Distal aorta patent. Left iliac and femoral arteries without significant stenosis. Right external iliac 70 percent
over 3 cm; right superficial femoral 60 percent.

# Closing
Plug-type closure device, left groin, hemostasis obtained. Pedal pulses unchanged.

# Conclusion
1. Two-vessel native coronary disease with unstable angina; chronic total occlusion of the right coronary.
2. Atherosclerosis of native arteries of the right leg with intermittent claudication.

# Coexisting conditions
Mixed hyperlipidemia, ezetimibe added in May.

# Plan
Heart team discussion of bypass on Monday. Medical treatment of the leg for now. High-intensity statin started. Former
smoker, quit 2022.
""",
        answer=key(
            "Disease and unstable angina combine, the occlusion is added; the leg pictures have a G code and their "
            "own disease.",
            "I25.110 I25.82 I70.211 E78.2",
            placeholder("AB"),
            hcpcs("G0278", "C"),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_CLINIC,
        encounter="IHV-0922-30",
        seen_on=date(2026, 9, 22),
        provider="Matthias Oyelaran, MD",
        patient=Patient("Zainab Torvaldsen", "40-2602", date(1954, 6, 11), "F"),
        payer="Medicare Part B",
        title="Intensive cardiac rehabilitation, session day 9",
        layout="text",
        body="""
# Qualifying event
Infarction of May 3, 2026, drug-eluting stent to the right coronary the same day. Plan of care for thirty-six sessions
signed by me on August 31.

# Time
13:00 to 14:00 exercise, 14:05 to 15:05 exercise. Two sessions, both with monitored exercise, physician on the floor.

# Session 1
Treadmill 3.0 miles an hour, 2 percent, 22 minutes; rowing 10; cool-down. Heart rate 68 to 108. Pressure 124/70, peak
146/72. Borg 12. Sinus, no ectopic beats.

# Session 2
Resistance circuit, eight stations of twelve repeats, then Nordic pole walking. Heart rate up to 101. No chest pain,
no dizziness.

# Education
Reading a food label with the dietitian, using a soup can from home (890 mg sodium). Breathing exercises.

# Progress
Six-minute walk 388 meters at entry, 441 now. Weight down 1.6 kg. Smoke-free 142 days. PHQ-2 zero.

# Coexisting conditions
Mixed hyperlipidemia, rosuvastatin 20 mg, muscles well.

# Physician's note
Old inferior infarct, coronary stent, no angina. Continue as planned; raise the treadmill grade at the next session.
Patient seen by me at 14:02.
""",
        answer=key(
            "More than four weeks since the infarct, so I25.2; two sessions with exercise on the day.",
            "I25.2 Z95.5 E78.2",
            hcpcs("G0422", "AB", units=2),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_CLINIC,
        encounter="IHV-0925-06",
        seen_on=date(2026, 9, 25),
        provider="Matthias Oyelaran, MD",
        patient=Patient("Nathaniel Ekwueme", "40-2741", date(1950, 4, 17), "M"),
        payer="Northern Lights Health Trust",
        title="Consultation letter: faint on standing",
        layout="scanned_fax_png",
        body="""
# To the referring physician
Thank you for sending Mr. Ekwueme, 76-year-old, who fell twice in August, each time on getting up at night to urinate.

# History of present illness
Graying vision, weakness, brief loss of consciousness, no tongue bite, quick recovery. No symptoms while seated.
Tamsulosin 0.4 mg was begun on July 28 for the prostate and is taken properly at bedtime. No known heart disease. No
palpitations.

# Examination
Lying 138/76, pulse 70. Standing one minute 104/62, pulse 78, lightheaded; three minutes 108/64. No carotid bruit. No
murmur.

# Data
ECG normal, copy enclosed. Two-week monitor: no pause, no tachycardia. Echocardiogram normal for age.

# Assessment
Orthostatic hypotension caused by tamsulosin, an adverse effect. It fully explains both episodes.

# Recommendations
Stop tamsulosin; ask urology about finasteride for the enlarged prostate with nocturia. Sit a minute before standing.
No pacemaker and no further testing. Return to cardiology as needed.
""",
        answer=key(
            "Low pressure due to a drug, then the drug as adverse effect; the faint is explained; prostate and "
            "nocturia.",
            "I95.2 T44.6X5A N40.1 R35.1",
            placeholder("ABCD"),
        ),
    ),
)
