"""Fills the standard letter with docxtpl. Usage: docxtpl_letter.py FOLDER"""

import io
import json
import pathlib
import resource
import statistics
import sys
import time

from docxtpl import DocxTemplate

folder = pathlib.Path(sys.argv[1])
template = (folder / "letter-jinja.docx").read_bytes()
data = json.loads((folder / "letter.json").read_text())


def fill():
    document = DocxTemplate(io.BytesIO(template))
    document.render(data)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


for _ in range(5):
    made = fill()
(folder / "docxtpl.docx").write_bytes(made)
times = []
started = time.perf_counter()
while time.perf_counter() - started < 5:
    one = time.perf_counter()
    fill()
    times.append(time.perf_counter() - one)
rows = [
    ("standard letter", f"{statistics.median(times) * 1000:.1f}", "ms"),
    ("standard letter, most memory of the process", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}", "MB"),
]
for name, value, unit in rows:
    print(json.dumps({"name": f"docxtpl: {name}", "value": value, "unit": unit, "aim": ""}))
