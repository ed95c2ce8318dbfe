"""The demo notes as the files that a client would upload: letterhead, operative report, transcript, fax."""

from portal.commands.demo.notes.shape import Note
from portal.commands.demo.papers.faxes import draw_fax
from portal.commands.demo.papers.letterheads import set_letterhead
from portal.commands.demo.papers.operative_reports import set_operative_report
from portal.commands.demo.papers.transcripts import type_transcript

_SUFFIXES = {"letterhead_pdf": "pdf", "operative_pdf": "pdf", "text": "txt", "scanned_fax_png": "png"}
_MAKERS = {
    "letterhead_pdf": set_letterhead,
    "operative_pdf": set_operative_report,
    "text": type_transcript,
    "scanned_fax_png": draw_fax,
}


def render(note: Note) -> tuple[str, bytes]:
    """The note's file name and bytes, the same at every call; the name holds the encounter number and so is PHI."""
    return f"{note.encounter}_{note.seen_on:%Y%m%d}.{_SUFFIXES[note.layout]}", _MAKERS[note.layout](note)
