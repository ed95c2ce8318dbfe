"""Turns the CodiEsp corpus into the file that `chartway bench assistance` reads. Run by hand; nothing else needs it.

The corpus (Miranda-Escalada and others, CLEF eHealth 2020, https://temu.bsc.es/codiesp, CC BY 4.0) is 1,000 Spanish
case reports with ICD-10-CM codes and, for each, the places in the text that made the annotators choose it.

    python tests/assignments/assistance/codiesp.py final_dataset_v4_to_publish > codiesp.jsonl
    python tests/assignments/assistance/codiesp.py final_dataset_v4_to_publish --english > codiesp-en.jsonl

Diagnoses only (the file D of each part). Its parts `train` and `dev` become "train", `test` is "test". The English
texts are translations by machine; the places are in the Spanish ones, so the English file has codes without spans.
"""

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

PARTS = {"train": "train", "dev": "train", "test": "test"}


def convert(root: Path, english: bool) -> Iterator[dict[str, object]]:
    """One chart after the other, in the order of the files."""
    for part, split in PARTS.items():
        spans: dict[tuple[str, str], list[list[int]]] = defaultdict(list)
        for chart, label, code, _text, places in _rows(root / part / f"{part}X.tsv"):
            if label == "DIAGNOSTICO" and not english:
                # a discontinuous mention is several places: "307 316;348 361"
                spans[chart, code].extend([int(end) for end in place.split()] for place in places.split(";"))
        codes: dict[str, list[str]] = defaultdict(list)
        for chart, code in _rows(root / part / f"{part}D.tsv"):
            codes[chart].append(code)
        for file in sorted((root / part / ("text_files_en" if english else "text_files")).glob("*.txt")):
            yield {
                "id": file.stem,
                "text": file.read_bytes().decode("utf-8-sig"),
                "split": split,
                "codes": [{"code": code.upper(), "spans": spans[file.stem, code]} for code in codes[file.stem]],
            }


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row]


if __name__ == "__main__":
    for chart in convert(Path(sys.argv[1]), "--english" in sys.argv):
        print(json.dumps(chart, ensure_ascii=False))
