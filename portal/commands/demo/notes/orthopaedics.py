"""Operative reports of Cascade Ridge Orthopaedics, and one visit to its clinic."""

from datetime import date

from portal.commands.demo.notes.shape import Note, Patient, hcpcs, key, placeholder, slip

_CLIENT = "ORT"
_LINE = "orthopaedics"
_LOCATION = "Cascade Ridge Surgery Center"

ORTHOPAEDIC_NOTES = (
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LOCATION,
        encounter="CR-090126-03",
        seen_on=date(2026, 9, 1),
        provider="Yuki Tanabe, MD",
        patient=Patient("Fiona MacAllister", "310447", date(1991, 11, 30), "F"),
        payer="Blue Spruce PPO",
        title="Arthroscopy of the right knee",
        layout="operative_pdf",
        body="""
# Preoperative diagnosis
Locked right knee, bucket-handle tear of the medial meniscus.

# Postoperative diagnosis
1. Bucket-handle tear of the medial meniscus, right knee, three weeks old, white-white zone, not repairable.
2. Chondromalacia, grade III, lateral femoral condyle.

# Procedures
1. Arthroscopic partial medial meniscectomy.
2. Shaving of articular cartilage, lateral compartment.

# Anesthesia
General by laryngeal mask, Dr. Poulsen. Local 0.25 percent bupivacaine into the portals.

# Findings
Suprapatellar pouch, gutters and patellofemoral joint were clean. Medially a handle 28 mm long lay in the notch,
macerated at its free edge. Medial cartilage grade I. Cruciates taut to the probe. Laterally the meniscus was sound; a
12 by 9 mm area of the weight-bearing condyle had crabmeat-like fraying without exposed bone.

# Description
Ms. MacAllister confirmed and I initialed the right knee in holding. Cefazolin 2 g went in at 07:31. After induction
the knee would not extend past 20 degrees even when relaxed. Tourniquet high on the thigh, not inflated. The team
paused and all agreed on patient, side and plan.

Standard lateral viewing and medial working portals. A few strands of hypertrophic synovium in the medial gutter were
cleared with the shaver so that I could see; nothing more was done to the lining. The handle was reduced with a blunt
trocar, and I looked hard for a rim that would bleed: there was none. The anterior horn attachment was cut with a
punch, the posterior one with scissors under direct view from the opposite portal, and the fragment came out in one
piece through a slightly lengthened medial portal. The rim was contoured to a stable four millimeters.

The scope went over to the lateral compartment in figure-of-four. Loose flaps of the condylar lesion were shaved back
to firm edges; subchondral bone was not breached. Photographs taken of both sides before and after.

Fluid evacuated, portals closed with single nylon stitches, soft dressing. Blood loss trivial. Counts right twice.
Full extension was regained on the table.

# Aftercare
Weight as tolerated with crutches for comfort. Heel props. Clinic September 11.
""",
        answer=key(
            "Cartilage shaved in another compartment than the meniscus work earns G0289; clearing lining to see does "
            "not.",
            "S83.211A M94.261",
            placeholder("A", "RT"),
            hcpcs("G0289", "B", "RT"),
        ),
        mistake=slip(
            "procedure",
            "over",
            "A synovectomy line was added; lining was cleared only to see, in the compartment worked in.",
            procedures=[placeholder("A", "RT"), placeholder("A", "RT", "59"), hcpcs("G0289", "B", "RT")],
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LOCATION,
        encounter="CR-090326-01",
        seen_on=date(2026, 9, 3),
        provider="Anselm Fairweather, MD",
        patient=Patient("Tobiah Greenleaf", "297815", date(1957, 4, 4), "M"),
        payer="Medicare Part B",
        title="Total hip arthroplasty, left, direct anterior",
        layout="operative_pdf",
        body="""
# Preoperative and postoperative diagnosis
Primary osteoarthritis of the left hip. The right hip is well.

# Operation
Left total hip replacement through the direct anterior interval, fluoroscopy used.

# Team
Surgeon: A. Fairweather, MD. First assistant: certified surgical technologist. Anesthesia: spinal with sedation, Dr.
Ibarra.

# Components
Part | Detail
Cup | Porous titanium, 54 mm, one screw 25 mm
Liner | Cross-linked polyethylene, neutral, 36 mm
Stem | Collared, tapered, size 5, standard offset
Head | Ceramic 36 mm, plus 1.5

# Indications
A 69-year-old orchardist whose left groin pain has progressed over three years to pain at night. Films show
bone-on-bone superolateral disease with cysts. An injection helped for one month. Therapy, a cane and meloxicam no
longer control it. He understood dislocation, leg length, nerve, clot, fracture and infection and signed in the office
on August 19.

# Description of procedure
Spinal placed sitting. Supine on the fracture-type table, perineal post well padded. Tranexamic acid one gram and
cefazolin two grams given ahead of incision; chlorhexidine preparation, iodophor drape.

Ten-centimeter incision starting two fingerbreadths lateral and distal to the anterior spine. Fascia over tensor
opened, muscle swept laterally, ascending lateral circumflex vessels found and coagulated. Capsulotomy in an inverted
T, tagged. Neck cut in situ at the templated level, second cut to take out a napkin ring, head removed with the
corkscrew: eburnated dome, large foveal osteophyte.

Acetabulum: labrum excised, reamed by single millimeters from 47 to 53 under the image intensifier, cup impacted at 41
degrees of abduction and about 20 of anteversion. It was tight; one screw added posterosuperiorly. Liner locked.

Femur: hook, extension, external rotation, adduction; superior capsule released until the canal was accessible.
Broached to 5 without crack. Trial reduction: lengths equal on overlay to the healthy right side, stable in full
extension with 70 degrees of external rotation. Definitive implants seated, trunnion wiped dry.

Dilute povidone-iodine three minutes, lavage, capsule repaired, fascia with barbed suture, subcuticular closure, mesh
and glue dressing.

# Coexisting conditions
Essential hypertension, controlled on lisinopril, which he took this morning.

# Blood loss and counts
180 mL. Sponges and needles correct. Walked twenty meters at 16:00, went home at 18:30 with his daughter.
""",
        answer=key("One side, primary arthritis; the surgeon's line carries LT.", "M16.12 I10", placeholder("A", "LT")),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LOCATION,
        encounter="CR-090426-02",
        seen_on=date(2026, 9, 4),
        provider="Rosalind Achebe, MD",
        patient=Patient("Svetlana Morozova-Hill", "315902", date(1970, 7, 23), "F"),
        payer="Blue Spruce PPO",
        title="Open fixation of a distal radius fracture, left",
        layout="operative_pdf",
        body="""
# Indication for surgery
On August 29 this 56-year-old violin teacher fell off a stepladder while picking plums and landed on the outstretched
left hand. Closed injury. Splinted at urgent care, seen by me on September 1 with three-part intraarticular
displacement, dorsal tilt 24 degrees and a 3 mm step of the lunate facet on CT. Given her occupation we chose plate
fixation.

# Diagnosis
Displaced intraarticular fracture, distal left radius, three fragments, closed. Ulnar styloid untouched.

# Procedure
Open treatment with internal fixation of three articular fragments, volar locking plate.

# Anesthesia
Infraclavicular block with light sedation.

# Details of procedure
Hand table. Arm tourniquet at 250 mmHg for 61 minutes. Surgical pause held with the block nurse reading from the
consent.

I went in along the flexor carpi radialis, opened the floor of its sheath and swept flexor pollicis longus to the
ulnar side. Pronator quadratus was already torn at the fracture and was lifted as an L. Hematoma washed out. The
radial styloid fragment was levered out with a freer, brachioradialis released from it. The dorsal lunate piece was
reduced by a finger from behind and held with a 1.2 mm wire driven from the styloid; the volar lunate corner was then
reduced under direct vision.

A narrow four-hole-shaft plate was slid into place, its distal edge short of the watershed line. One cortical screw in
the oblong hole, then seven locking pegs just beneath the joint, each read on the twenty-degree tilted lateral. Wire
removed. Final fluoroscopy: step under one millimeter, volar tilt 6, radial length equal to the other side. The distal
ulnar joint was stable in pronation and supination, so nothing was done there. Carpal tunnel not tight and not opened.

Pronator laid back with three stitches as far as tissue allowed. Skin 4-0 monofilament. Volar slab.

# Complications
None. Capillary refill brisk on leaving the room.

# Coexisting conditions
Essential hypertension, amlodipine at night; 128/76 in holding.

# Plan
Finger motion today, wrist out of the slab at ten days with the hand therapist, no lifting over one pound until six
weeks.
""",
        answer=key(
            "Still active treatment, so A; closed, intraarticular, left; the ladder is told.",
            "S52.572A W11.XXXA I10",
            placeholder("A", "LT"),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LOCATION,
        encounter="CR-090926-06",
        seen_on=date(2026, 9, 9),
        provider="Rosalind Achebe, MD",
        patient=Patient("Chidiebere Lawson", "308551", date(1966, 12, 13), "M"),
        payer="Cascadia Teamsters Trust",
        title="Right carpal tunnel and ring finger pulley release",
        layout="operative_pdf",
        body="""
# Diagnoses
1. Carpal tunnel syndrome, right, moderate by nerve study of July 14.
2. Trigger finger, right ring, locking, two injections failed.

# Operations
1. Open release of the right carpal tunnel.
2. Release of the A1 pulley, right ring finger, through its own incision.

# Anesthesia
Wide-awake: 20 mL of 1 percent lidocaine with epinephrine and bicarbonate, injected by me in the preparation room 35
minutes before. No tourniquet. No sedation.

# Consent
Mr. Lawson, a 59-year-old baker, works nights kneading and has had numb thumb, index and middle fingers for a year. He
asked to have both done in one session to limit time off work.

# Right wrist
Three-centimeter cut in line with the radial border of the ring ray, ending short of the wrist crease. Palmar fascia
split. The transverse ligament was thick, 4 mm; it was divided from distal to proximal on its ulnar side with the
nerve seen the whole way, and the last centimeter of forearm fascia with blunt-tipped scissors. The median nerve was
hourglass-shaped and pale, with good reperfusion on inspection. Motor branch extraligamentous. No mass, no need for
neurolysis. He made a fist and the tendons did not bowstring.

# Right ring finger
Separate oblique cut, 12 mm, over the metacarpal head. Digital nerves held aside. The first annular pulley was opened
over its full length; the second was kept. There was a bead on the superficial tendon which now ran freely. I asked
him to bend and straighten twenty times: no catching, no locking.

# Closure
Both wounds with 5-0 nylon, bulky soft wrap, fingers free. Blood loss under 5 mL. All digits well perfused.

# Coexisting conditions
Essential hypertension, treated by his family doctor with chlorthalidone.

# Instructions
Hand above heart for two days, acetaminophen with ibuprofen, no opioid asked for or given. Stitches out September 21.
Light duty after that; full kneading at five weeks.
""",
        answer=key(
            "Two wounds, two places: RT for the wrist and F8 for the right ring finger keep them apart.",
            "G56.01 M65.341 I10",
            placeholder("A", "RT"),
            placeholder("B", "F8"),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LOCATION,
        encounter="CR-091026-02",
        seen_on=date(2026, 9, 10),
        provider="Yuki Tanabe, MD",
        patient=Patient("Beatrix Nolan-Osei", "302218", date(1963, 2, 28), "F"),
        payer="Blue Spruce PPO",
        title="Arthroscopic surgery of the right shoulder",
        layout="operative_pdf",
        body="""
# Preoperative diagnosis
Painful weak right shoulder, cuff tear and acromioclavicular arthritis on MRI.

# Postoperative diagnosis
1. Complete tear of the right supraspinatus, 18 mm, retracted to the mid head, degenerative, no injury recalled.
2. Impingement, right shoulder, with a hooked acromion.
3. Primary osteoarthritis of the right acromioclavicular joint.

# Procedures performed, all arthroscopic
1. Rotator cuff repair, double row.
2. Decompression of the subacromial space with acromioplasty.
3. Resection of the outer 9 mm of the clavicle.

# Anesthesia
Interscalene block and general, Dr. Poulsen. Beach chair, head cradled, calf pumps.

# Examination under anesthesia
Forward flexion 165, external rotation 60, no instability.

# Findings
Glenohumeral: smooth cartilage, frayed labrum at the top left alone, biceps anchor steady and tendon healthy.
Subscapularis attached. The supraspinatus was off its footprint over 18 mm with a crescent shape, good tissue,
movable.

# Details
From behind, then with lateral and two anterior working portals. In the subacromial space a thick bursa was removed.
Coracoacromial ligament scuffed on its underside. Acromial spur planed flat from the lateral portal with a 5.5 mm burr
until the surface was even with the posterior acromion, roughly 6 mm at the front edge.

The clavicle end was bare on both facing surfaces with an inferior osteophyte. Through the anterior portal, in line
with the joint, nine millimeters were resected, checked by passing the burr sheath and by viewing from in front;
superior ligaments were spared.

Footprint brought to bleeding bone. Two triple-loaded anchors at the articular margin, six limbs passed with the
antegrade device at 3 mm intervals, tied in mattress fashion; tails crossed over into two knotless lateral anchors.
The repair lay down without a dog ear and did not gap in rotation from 30 to minus 30 degrees. Last photographs filed.

# Coexisting conditions
Essential hypertension, losartan held on the day of surgery.

# Closure
Portals closed, abduction pillow. Extubated, comfortable, fingers pink and moving.
""",
        answer=key(
            "Three operations, each for its own disease, so each line points at its own diagnosis.",
            "M75.121 M75.41 M19.011 I10",
            placeholder("A", "RT"),
            placeholder("B", "RT"),
            placeholder("C", "RT"),
        ),
        mistake=slip(
            "pointer",
            "neutral",
            "The clavicle resection points at the cuff tear; it was done for the arthritic joint (C).",
            procedures=[placeholder("A", "RT"), placeholder("B", "RT"), placeholder("AB", "RT")],
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LOCATION,
        encounter="CR-091526-04",
        seen_on=date(2026, 9, 15),
        provider="Anselm Fairweather, MD",
        patient=Patient("Caspian Reyes-Thornton", "318044", date(2010, 3, 5), "M"),
        payer="Oregon Health Plan",
        title="Open fixation of an iliac spine avulsion, right",
        layout="operative_pdf",
        body="""
# Patient and consent
16-year-old sprinter. Mother present; consent and assent signed.

# History
Six days ago, coming out of the starting blocks, he felt a sudden crack at the front of the right hip and could not
lift the knee. Plain films and CT: the right anterior superior iliac spine has been torn off by sartorius and tensor
with 26 mm of downward displacement. Growth plate open. Pelvic ring intact. Skin unbroken.

# Diagnosis
Displaced avulsion fracture of the right ilium at the anterior superior spine, closed.

# Operation
Open reduction of the right anterior superior iliac spine, fixation with two screws. The ring itself was not disrupted
and was not addressed.

# Anesthetic and position
General, tube, Dr. Ibarra. Supine, bump under the right buttock, hip flexed over a bolster so that the fragment rose
toward its bed.

# Technique
A bikini-line incision, 6 cm, two fingers below the crest. The lateral femoral cutaneous nerve was identified as it
left under the inguinal ligament, traced over 4 cm, protected with a vessel loop throughout. The fracture bed was full
of clot, curetted down to clean cancellous bone. The piece measured 24 by 15 mm with an intact tendon sleeve, and two
further flakes were too small to keep.

Pointed clamp with the hip at 50 degrees. Two 4.0 mm partially threaded cannulated screws over wires, with washers,
aimed between the tables toward the sciatic buttress: 45 and 40 mm. Fluoroscopy in obturator and iliac obliques showed
both within bone and compression across the gap. The hip was extended to zero without motion at the fracture.

Periosteum closed over the washers with absorbable figure-of-eights, fascia, fat, skin with running monofilament.
Estimated loss 40 mL. No drain.

# Instructions
Toe-touch with crutches four weeks, no active hip flexion against weight. Return to sprinting is expected in spring.
""",
        answer=key(
            "An avulsed spine that leaves the ring whole is G0412, one code for one or both sides; the start tore it "
            "off.",
            "S32.311A X50.0XXA",
            hcpcs("G0412", "A"),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LOCATION,
        encounter="CR-091726-05",
        seen_on=date(2026, 9, 17),
        provider="Rosalind Achebe, MD",
        patient=Patient("Rosario Valtierra", "281639", date(1982, 10, 16), "F"),
        payer="Cascadia Teamsters Trust",
        title="Removal of painful plate and screws, left ankle",
        layout="operative_pdf",
        body="""
# Background
The left lateral malleolus was plated here in October 2024 and united by the following January. For the past nine
months the 43-year-old warehouse picker has had pain over the plate whenever a boot presses on it, worse in cold
storage. Local anesthetic over the metal took the pain away for six hours. No sign of infection; sedimentation rate 8.

# Diagnosis
Pain from the retained internal fixation, left fibula, healed fracture. Chronic since the operation.

# Procedure
Removal of deep one-third tubular plate and six screws, left distal fibula.

# Anesthesia
Spinal, tourniquet 300 mmHg, 27 minutes.

# Description of procedure
The old incision was used and its hypertrophic middle third excised as an ellipse. A branch of the superficial
peroneal nerve crossed the proximal end; it was freed with loupes and kept. The plate sat under a sheath of scar with
a bursa on its distal end, 15 mm across, full of clear fluid, which was excised and sent for culture with one swab.
All screws backed out by hand except the second from the top, whose hex had stripped and needed a conical extractor.
The plate was lifted with an elevator. Bone beneath was solid; the screw holes were curetted, no graft. A fluoroscopic
stress view showed a stable mortise. Irrigation, layered closure, compressive dressing.

The hardware was cleaned and given to the patient at her request, release form signed.

# Postoperative plan
Boot for comfort for two weeks, then shoe. No running for three months. Cultures by phone on Tuesday.

# Specimens
Bursal fluid and tissue swab. No pathology.
""",
        answer=key(
            "The device hurts, so it is a complication code, with the chronic pain after surgery; not a planned "
            "removal.",
            "T84.84XA G89.28",
            placeholder("AB", "LT"),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LOCATION,
        encounter="CR-092126-02",
        seen_on=date(2026, 9, 21),
        provider="Yuki Tanabe, MD",
        patient=Patient("Aurelie Mbeki-Lund", "316770", date(2003, 8, 9), "F"),
        payer="Collegiate Athletic Benefit",
        title="Anterior cruciate reconstruction and lateral meniscus repair, left",
        layout="operative_pdf",
        body="""
# Preoperative diagnosis
Rupture of the anterior cruciate ligament, left knee, six weeks after a non-contact pivot at soccer practice.

# Postoperative diagnosis
Same, with a peripheral tear of the left lateral meniscus, 16 mm, in the red zone behind the popliteus.

# Title of operation
Arthroscopic reconstruction of the left anterior cruciate ligament with quadrupled hamstring autograft, and inside
repair of the lateral meniscus.

# Anesthesia
General plus adductor canal block.

# Tourniquet
58 minutes at 275.

# Examination under anesthesia
Lachman soft, pivot shift grade 2, no varus or valgus opening. The right knee is tight.

# Graft
Oblique 3 cm cut over the pes. Semitendinosus 27 cm, gracilis 25 cm, both whole. Folded in four on an adjustable loop;
8.5 mm at the femoral and 9 at the tibial end. Soaked in vancomycin solution on the back table.

# Arthroscopy
Patella and trochlea intact. The medial side was normal throughout. In the notch only a stump remained, with an empty
wall sign. Laterally the probe lifted the posterior rim off the capsule; edges rasped. Three all-inside sutures,
vertical, alternating upper and lower surfaces, and the rim was stable to probing.

Femoral socket drilled from the anteromedial portal with the knee at 120, center at the bifurcate ridge, 25 mm deep
with 5 mm left of the far wall. Tibial tunnel aimed at the anterior horn line at 55 degrees. Graft pulled up, button
flipped and seen flat on the cortex by fluoroscopy. Twenty cycles. Interference screw 9 by 28 at 20 degrees with the
drawer pushed back; spare tails over a post.

The Lachman was firm at once; no impingement in full extension. Fluid evacuated; skin with buried sutures; hinged
brace locked straight.

# Postoperative orders
Because of the repaired meniscus: partial weight for four weeks, flexion stops at 90. Therapy begins on day three,
aspirin 81 mg daily for two weeks. Return to play not before nine months and not without passing the hop battery.
""",
        answer=key(
            "Ligament and meniscus each have their line; activity is coded only when the injury was first seen.",
            "S83.512A S83.262A",
            placeholder("A", "LT"),
            placeholder("B", "LT"),
        ),
        mistake=slip(
            "omitted",
            "under",
            "The repair of the lateral meniscus is in the body of the report and has no line.",
            "S83.512A S83.262A",
            [placeholder("A", "LT")],
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LOCATION,
        encounter="CR-092426-03",
        seen_on=date(2026, 9, 24),
        provider="Anselm Fairweather, MD",
        patient=Patient("Ignatius Holloway", "311296", date(1987, 5, 31), "M"),
        payer="Blue Spruce PPO",
        title="Core decompression of the right hip",
        layout="operative_pdf",
        body="""
# Indications
39-year-old arborist. Five months of deep right groin pain. MRI: band of necrosis in the anterosuperior right femoral
head, about a quarter of the volume, no crescent, no collapse. Left hip normal. He drinks little, has never had
steroids, clotting and sickle studies are negative, so this is idiopathic. The aim is to decompress before collapse.

# Pre- and postoperative diagnosis
Idiopathic aseptic necrosis, right femur, before collapse.

# Operation
Core decompression, right femoral head, multiple small tracks.

# Anesthesia
Spinal. No antibiotic allergy; cefazolin given.

# Technique
1. Supine on the flat radiolucent table, right leg free. Pause called by the circulating nurse.
2. Stab wound 15 mm long, at the level of the lesser trochanter's upper edge and no lower, to spare the bone from a
stress riser.
3. Guide pin up the neck into the lesion under two-plane fluoroscopy, stopping 5 mm short of cartilage.
4. Core of 7 mm with the hollow trephine over that pin; the plug was yellow, dry and crumbling in its last 2 cm. Sent
to pathology.
5. From the same entry three fans of 3.2 mm holes, forward, straight and back, through the sclerotic border.
6. Marrow was not aspirated and no cells or graft were put in. I had thought of a strut but the shell was firm to the
probe.
7. Contrast test showed no leak into the joint.
8. Irrigation, fascia with two stitches, glue for the skin.

# Totals
Radiation 41 seconds. Blood 15 mL. Skin to dressing 34 minutes.

# Coexisting conditions
Essential hypertension, on a single drug since spring.

# Postoperative plan
Two crutches with touch weight for six weeks, no climbing for three months. Films at six weeks, MRI at six months. He
understands that about one in three goes on to replacement.
""",
        answer=key(
            "No drug, drink or trauma behind it, so idiopathic, right; S2325 names the operation for payers that "
            "take S codes.",
            "M87.051 I10",
            hcpcs("S2325", "A", "RT"),
        ),
    ),
    Note(
        client=_CLIENT,
        service_line=_LINE,
        location=_LOCATION,
        encounter="CR-092826-11",
        seen_on=date(2026, 9, 28),
        provider="Rosalind Achebe, MD",
        patient=Patient("Philippa Drummond", "289334", date(1954, 1, 19), "F"),
        payer="Medicare Part B",
        title="Procedure visit: left knee viscosupplement",
        layout="text",
        body="""
# Purpose
Scheduled injection. Authorized September 14. No evaluation beyond what the injection needs.

# Short history
72-year-old choir director with primary osteoarthritis of the left knee, Kellgren-Lawrence 3. Steroid in March gave
five weeks. Goal: standing through rehearsals. The last hyaluronate was in November 2025, good for eight months. No
egg or feather allergy, no anticoagulant, skin sound.

# Examination
Afebrile. Left knee: slight effusion, no warmth. 3 to 118 degrees.

# Procedure
Consent renewed. Time out with the medical assistant. Sitting, knee bent, anterolateral approach after alcohol and
chlorhexidine, ethyl chloride for the skin. Four mL of pale fluid withdrawn. One prefilled single-dose syringe of
Synvisc-One, 48 mg in 6 mL, was given whole, nothing discarded. Ultrasound not used. Band-aid.

Lot and expiry are on the sticker page.

# Tolerance
Brief stinging. Ambulated out after ten minutes with her cane.

# Coexisting conditions
Essential hypertension, home readings near 130.

# Plan
Relative rest until Wednesday, then stationary bicycle. Call the same day for marked swelling. When these stop helping
we will discuss replacement. Return in six months.
""",
        answer=key(
            "The product counts by the milligram, and nothing of the single-dose syringe was thrown away.",
            "M17.12 I10",
            placeholder("A", "LT"),
            hcpcs("J7325", "A", "JZ", units=48),
        ),
    ),
)
