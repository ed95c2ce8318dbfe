"""`chartway codes`: a release imported, listed, looked ahead at and dropped from a shell."""

import asyncio
import os
import sys
from pathlib import Path

from tests.assignments.codesets.publishing import HCPCS, TABULAR, order_file
from tests.cast import House
from tests.conftest import Databases, Sql


async def test_a_release_from_import_to_drop(house: House, databases: Databases, sql: Sql, tmp_path: Path) -> None:
    async def chartway(*arguments: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).parent / "chartway"), "codes", *arguments,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], "CHARTWAY_DATABASE_URL": databases.app,
                 "CHARTWAY_OWNER_URL": databases.owner, "CHARTWAY_DATA": str(tmp_path / "nothing"),
                 "CHARTWAY_DOCUMENTS": str(tmp_path / "documents"), "CHARTWAY_KEYRING": str(tmp_path / "keyring")},
        )  # fmt: skip
        said, _ = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode or 0, said.decode()

    order, tabular, records = tmp_path / "order.txt", tmp_path / "tabular.xml", tmp_path / "hcpcs.txt"
    order.write_bytes(order_file().content)
    tabular.write_text(TABULAR, "utf-8")
    records.write_text("\n".join(HCPCS), "utf-8")
    icd10cm = ("import", "icd10cm", "--order", str(order), "--tabular", str(tabular), "--effective-from", "2024-10-01",
               "--label", "FY2025")  # fmt: skip

    assert await chartway(*icd10cm) == (0, "FY2025: 8 codes from 2024-10-01.\n")
    assert await chartway(*icd10cm) == (
        0, "FY2025 is loaded from these files already. Nothing changed.\nFY2025: 8 codes from 2024-10-01.\n",
    )  # fmt: skip
    hcpcs = ("import", "hcpcs", "--file", str(records), "--effective-from", "2025-01-01", "--label", "2025 Q1")
    records.write_text("\n".join((*HCPCS, "G0463 half a record")), "utf-8")
    code, said = await chartway(*hcpcs)
    assert (code, "hcpcs.txt, line 8: this is no record" in said) == (1, True)
    assert await sql("SELECT label FROM code_release") == [("FY2025",)]
    code, said = await chartway("list")
    assert code == 0
    assert "ICD-10-CM  FY2025: 2024-10-01 to 2025-09-30, 8 codes\n" in said
    assert "FY2026 (April 2026): 2025-10-01 to 2026-09-30, 74,719 codes" in said
    assert "CPT is checked by its form only: it is loaded under your own licence, and is not loaded here." in said
    code, said = await chartway("look-ahead", "FY2025")
    assert (code, said.splitlines()[0]) == (
        0, "ICD-10-CM FY2025, from 2024-10-01: 0 added, 0 deleted, 0 revised since nothing.",
    )  # fmt: skip
    assert await chartway("drop", "FY2025", "--yes") == (0, "FY2025 is dropped.\n")
    assert await sql("TABLE code") == []
