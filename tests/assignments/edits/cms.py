"""Small files in CMS's shapes, with HCPCS numbers and made-up ones; they say nothing of what CMS publishes."""

PTP = (
    "CPT codes, descriptions and other data only are copyright of their owner.  All Rights Reserved.\r\n"
    "\r\n"
    "Column1/Column2 Edits\r\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\r\n"
    "\t\t\t\t*=no data\t1=allowed\t\r\n"
    "\t\t\t\t\t9=not applicable\t\r\n"
    "G0463\tG0101\t\t20200101\t*\t0\tMisuse of Column Two code with Column One code\r\n"
    "G0402\tQ0091\t*\t19960101\t*\t1\tStandards of medical / surgical practice\r\n"
    "G0402\t90001\t \t20150401\t20200630\t1\tMutually exclusive procedures\r\n"
    "90001\t90002\t\t20150401\t*\t9\tMisuse of Column Two code with Column One code\r\n"
)
PTP_SECOND = "90003 90004   20150401 * 1 Mutually exclusive procedures\n0001U 90005 * 20150401 20261231 0\n"
MUE = (
    '"CPT codes are copyright of their owner. All Rights Reserved. \n\nA second paragraph, with a comma.",,,\n'
    '"HCPCS/\nCPT Code",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n'
    "J1885,4,1 Line Edit,Clinical: Data\n"
    "Q0091,1,2 Date of Service Edit: Policy,CMS Policy\n"
    'J0696,16,3 Date of Service Edit: Clinical,"Prescribing Information, with a comma"\n'
)
MCE = (
    "Definitions of Medicare Code Edits\n\n"
    "Age conflict\n\n"
    "Newborn diagnoses\n Z38.00  a title\nZ3801 another\n\n"
    "Maternity diagnoses (age 9-64)\nO80     a title\n\n"
    "Sex conflict: diagnoses for females only\nO80 a title\n"
    "Manifestation code as principal diagnosis\nD631 a title\n"
    "Non-covered procedure edit\nB2020 not kept\n"
)
#: As the definitions of a fiscal year are laid out: contents, numbered edits with prose, lettered lists, procedures.
MCE_NUMBERED = """Definitions of Medicare Code Edits
4. Age conflict\t3
A. Perinatal/Newborn diagnoses\t9
6. Manifestation code as principal diagnosis\t98
Chapter 1: Edit code lists
4. Age conflict
Prose that names maternity diagnoses and a patient's age. Examples are:
* Adult. Age range is 15-124 years inclusive.
A. Perinatal/Newborn diagnoses
P0700\tA title
B. Pediatric diagnoses (age 0 through 17)
L2083\tA title
5. Sex conflict
A. Diagnoses for females only
N70\tA title
B. Procedures for females only
0UT90ZZ\tOf another system
B0200ZZ\tOf another system, and looks like a diagnosis
C. Diagnoses for males only
N40\tA title
6. Manifestation code as principal diagnosis
Prose.
D630\tA title
8. Questionable admission
Z0000\tOf a list that is not kept
9. Unacceptable principal diagnosis
Codes of a circumstance. One that wants a secondary diagnosis is told by an edit of its own.
Unacceptable principal diagnosis codes
B950\tA title
10. Edit discontinued
A000\tOf no list
"""
