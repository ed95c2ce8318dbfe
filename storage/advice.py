"""What a clinic's front desk is told about a file that cannot be accepted: what it looks like, and what to do."""

from storage.limits import MAX_FILE_BYTES, MAX_PAGES, MAX_PIXELS

_PRINT = "choose Print, then Save as PDF (on Windows: Microsoft Print to PDF), and upload that PDF."

#: By kind of file; the kinds are those that `sniffing` and `checking` tell apart.
ADVICE = {
    "empty": "The file is empty. Check that it opens on your computer, then save or scan it again and upload it.",
    "too large": f"The file is larger than {MAX_FILE_BYTES // 2**20} MB. Scan it in black and white or at 200 dpi, "
    "or split it into several files, and upload those.",
    "long name": "The file has no name, or one of more than 255 letters. Give it a shorter name and upload it again.",
    "odd name": "The name of the file holds invisible control characters. Rename it with letters and digits, "
    "and upload it again.",
    "word": "This is a Word document in the format of before 2007 (.doc), and those can't be read. Open it in Word, "
    "choose Save As, PDF or Word Document (.docx), and upload that.",
    "word macros": "This is a Word template or a document with macros, and those are not opened here. Open it in Word, "
    "choose Save As, PDF, and upload that PDF.",
    "damaged word": "The Word document is damaged, or not what its name says. If it opens in Word, choose Save As, "
    "PDF, and upload that PDF.",
    "empty word": "There is no text and no picture in this Word document that can be read. Open it in Word, "
    "choose Save As, PDF, and upload that PDF.",
    "word inside": "[Missing here: a part of another kind, which only Word can show. Saved as PDF, the document "
    "would have it.]",
    "swollen": "This file unpacks to far more than a document can hold, so it was not opened. Save it as PDF "
    "and upload that PDF.",
    "excel": f"This is an Excel workbook, and those can't be read. Open it in Excel, {_PRINT}",
    "powerpoint": f"This is a PowerPoint presentation, and those can't be read. Open it, {_PRINT}",
    "locked office": "This looks like an Office document with a password. Open it with the password, choose Save As, "
    "PDF, and upload that PDF.",
    "opendocument": "This is a LibreOffice document, and those can't be read. Open it, choose Export as PDF, "
    "and upload that PDF.",
    "apple pages": "This is an Apple Pages document, and those can't be read. Open it, choose Export To, PDF, "
    "and upload that PDF.",
    "xps": f"This is an XPS print file, and those can't be read. Open it, {_PRINT}",
    "rtf": "This is a rich text (RTF) document, and those can't be read. Open it in Word or WordPad, "
    "save it as PDF, and upload that PDF.",
    "heic": "This is an iPhone photo (HEIC), and those can't be read. Send it as JPEG: on the phone choose Settings, "
    "Camera, Formats, Most Compatible and take it again, or export it as JPEG.",
    "picture": "This is a kind of picture that can't be read here. Save it as PNG or JPEG and upload that.",
    "svg": "This is a drawing (SVG), and those can't be read. Save it as PNG or PDF and upload that.",
    "dicom": "This is a DICOM image from the scanner itself. Coders need the report: "
    "export the radiologist's report as PDF and upload that.",
    "zip": "This is a ZIP archive, and those can't be opened here. Unpack it on your computer (right-click, "
    "Extract All) and upload the files inside.",
    "archive": "This is a compressed archive, and those can't be opened here. Unpack it on your computer "
    "and upload the files inside.",
    "damaged ccda": "The C-CDA record is damaged and can't be read. Export it from your EHR once more, "
    "or print the note to PDF, and upload that.",
    "empty ccda": "This C-CDA record holds no text that people can read, and no document. Open the visit in your EHR, "
    "print the note to PDF and upload that PDF.",
    "ccda elsewhere": "This C-CDA record only points to a document that is kept elsewhere. "
    "Upload that document itself.",
    "ccda unreadable": "The document inside this C-CDA record is of a kind that can't be read here. Open the visit in "
    "your EHR, print the note to PDF and upload that PDF.",
    "hl7": "This is an HL7 version 2 message, meant for an interface between systems, and those can't be read here "
    "yet. Print the report or note from your EHR to PDF and upload that PDF.",
    "fhir": "This is a FHIR record, meant for an interface between systems, and those can't be read here yet. "
    "Print the report or note from your EHR to PDF and upload that PDF.",
    "x12": "This is an insurance transaction (X12), not a clinical document. "
    "Upload the visit note or the report itself, as PDF.",
    "xml": "This is an XML file, meant for an interface between systems, and those can't be read. "
    "Print the document from the program that it comes from to PDF and upload that PDF.",
    "json": "This is a JSON file, meant for an interface between systems, and those can't be read. "
    "Print the document from the program that it comes from to PDF and upload that PDF.",
    "table": f"This is a table (CSV), not a clinical document. If a coder needs to see it, open it, {_PRINT}",
    "web page": f"This is a web page, and those can't be read. Open it in your browser, {_PRINT}",
    "mail": f"This is an e-mail, and those can't be read. Upload the files attached to it, or open it, {_PRINT}",
    "postscript": "This is a PostScript print file, and those can't be read. Print the document again, to PDF, "
    "and upload that PDF.",
    "recording": "This is a sound or video recording, and dictation isn't typed up here. Upload the written note, "
    "as PDF or text.",
    "program": "This is a program or script, not a document. Don't open it if you don't know where it comes from. "
    "Upload the note itself, as PDF.",
    "not text": "The name ends in .txt, but the file doesn't hold text that can be read. Open it in the program "
    "that made it, print it to PDF and upload that PDF.",
    "broken": "The file is damaged, or not what its name says. Check that it opens on your computer, "
    "then save or scan it again and upload it.",
    "other": "This kind of file can't be read. PDF, TIFF, PNG, JPEG, Word (.docx), plain text (.txt) and C-CDA can: "
    "print the document to PDF and upload that PDF.",
    "cut off": "The PDF is not complete: its end is missing, as after a broken download or copy. "
    "Export or scan it again and upload that.",
    "locked pdf": f"The PDF is protected with a password. Open it with the password, {_PRINT}",
    "damaged pdf": f"The PDF is damaged and can't be opened. If it opens on your computer, {_PRINT} "
    "If it doesn't, export or scan it again.",
    "no pages": "The PDF has no pages. Export or scan the document again and upload that.",
    "too many pages": f"The PDF has more than {MAX_PAGES} pages. Split it into several files, one per visit if it "
    "holds more than one, and upload those.",
    "live form": f"This PDF is a form that only Adobe Reader can show. Open it there, {_PRINT}",
    "portfolio": "This PDF is a folder of other files, which coders would not see. Open it, save each file inside "
    "as a PDF of its own, and upload those.",
    "damaged image": "The image is damaged or not complete. Check that it opens on your computer, "
    "then save or scan it again and upload it.",
    "huge image": f"The image has more than {MAX_PIXELS // 10**6} million dots. Scan it at 200 or 300 dpi, "
    "or save it smaller, and upload that.",
    "long text": "The text is longer than 2 MB, far more than a note. Check that it is the right file, "
    "split it, and upload the parts.",
    "blank text": "There is nothing in this text but blanks. Check that it is the right file and upload it again.",
    "binary text": "The file doesn't hold text that can be read all the way through. Open it in the program that "
    "made it, print it to PDF and upload that PDF.",
    "too slow": "The document took too long to draw. Try it once more; if that doesn't help, open it on your "
    f"computer, {_PRINT}",
    "too heavy": f"The document could not be drawn safely. Open it on your computer, {_PRINT}",
}
