"""Makes template files as real programs write them: python-docx, openpyxl, python-pptx, and LibreOffice from those.

Usage: make.py FOLDER SOFFICE. The packages are pinned in requirements.txt beside this file.
"""

import pathlib
import subprocess
import sys

import docx
import openpyxl
import openpyxl.chart
import openpyxl.styles
import pptx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from pptx.util import Inches

folder = pathlib.Path(sys.argv[1])
soffice = sys.argv[2]
folder.mkdir(parents=True, exist_ok=True)


def split_run(paragraph, pieces):
    """Adds a text cut over runs, with what Word puts between them."""
    for number, piece in enumerate(pieces):
        run = paragraph.add_run(piece)
        run.bold = number % 2 == 1
        mark = OxmlElement("w:proofErr")
        mark.set(qn("w:type"), "spellStart")
        run._r.addnext(mark)
        run._r.set(qn("w:rsidR"), "00A%05d" % number)


def letter():
    document = docx.Document()
    document.core_properties.title = "Offer {sale.number}"
    document.sections[0].header.paragraphs[0].text = "{company.name}"
    document.sections[0].footer.paragraphs[0].text = "{document.date:long}"
    split_run(document.add_paragraph(), ["Dear {con", "tact.first_", "name}, welcome"])
    document.add_paragraph("{#if sale.amount > 1000}A large sale{#else}A small sale{/if}")
    table = document.add_table(rows=2, cols=3)
    table.style = "Table Grid"
    for cell, text in zip(table.rows[0].cells, ["No", "Name", "Price"]):
        cell.text = text
    for cell, text in zip(table.rows[1].cells, ["{#each sale.lines}{row.number}", "{name}", "{price:0.00}{/each}"]):
        cell.text = text
    for text in ["{#each sale.lines}{name} as an item{/each}"]:
        document.add_paragraph(text, style="List Bullet")
    document.add_paragraph("{#each sale.lines group by kind}")
    document.add_paragraph("Kind {group}:")
    document.add_paragraph("{#each group.rows}part {name}{/each}")
    document.add_paragraph("{/each}")
    document.add_paragraph("The end, {nosuchcode}.")
    document.save(folder / "letter.docx")


def peers_way():
    """As docxtemplater's and docxtpl's own documentation lays templates out."""
    document = docx.Document()
    document.add_paragraph("Hello {company.name}!")
    document.add_paragraph("{#sale.lines}")
    document.add_paragraph("{name}: {price:2}")
    document.add_paragraph("{/sale.lines}")
    document.add_paragraph("{^sale.notes}No notes{/sale.notes}")
    table = document.add_table(rows=4, cols=2)
    rows = [["Name", "Price"], ["{#each sale.lines}", ""], ["{name}", "{price:2}"], ["{/each}", ""]]
    for row, texts in zip(table.rows, rows):
        for cell, text in zip(row.cells, texts):
            cell.text = text
    document.save(folder / "peers.docx")


def workbook():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Offer"
    sheet["A1"] = "{company.name}"
    sheet["A1"].font = openpyxl.styles.Font(bold=True)
    sheet["A2"] = "{document.date}"
    sheet["A2"].number_format = "yyyy-mm-dd"
    sheet["B2"] = "Dated {document.date:long}"
    sheet.append([])
    sheet.append(["Name", "Price", "Quantity", "Sum"])
    sheet.append(["{#each sale.lines}{name}", "{price}", "{quantity}", "=B5*C5"])
    sheet["E5"] = "{/each}"
    sheet.append(["Total", "=SUM(B5:B5)", None, "=SUM(D5:D5)"])
    sheet["B6"].number_format = "0.00"
    sheet.merge_cells("E5:F5")
    sheet["A8"] = "after, total {sale.amount:0.00}"
    sheet["A9"] = "=B6"
    second = book.create_sheet("Second")
    second["A1"] = "=Offer!B6"
    second["A2"] = "=SUM(Offer!D5:D5)"
    chart = openpyxl.chart.BarChart()
    chart.title = "Sales of {company.name}"
    chart.add_data(openpyxl.chart.Reference(sheet, min_col=2, min_row=4, max_row=5), titles_from_data=True)
    sheet.add_chart(chart, "A12")
    book.save(folder / "offer.xlsx")


def slides():
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Offer to {company.name}"
    frame = slide.placeholders[1].text_frame
    frame.text = "{#each sale.lines}{name} costs {price:2}{/each}"
    second = frame.add_paragraph()
    for piece in ["Total: {sale.", "amount:2", "}"]:
        second.add_run().text = piece
    blank = deck.slides.add_slide(deck.slide_layouts[6])
    table = blank.shapes.add_table(2, 2, Inches(1), Inches(1), Inches(6), Inches(1)).table
    for number, texts in enumerate([["Name", "Price"], ["{#each sale.lines}{name}", "{price:2}{/each}"]]):
        for column, text in enumerate(texts):
            table.cell(number, column).text = text
    blank.notes_slide.notes_text_frame.text = "Notes for {contact.first_name}"
    deck.save(folder / "deck.pptx")


def whole_slides():
    deck = pptx.Presentation()
    for texts in [
        ["Intro for {company.name}", "first"],
        ["{#each sale.lines sort by name per slide}Lot {name}", "Slide {row.number}: {price:2} of {sale.number}"],
        ["The end", "{#each sale.notes per slide}never shown"],
        ["Last", "{sale.amount:2}"],
    ]:
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = texts[0]
        slide.placeholders[1].text_frame.text = texts[1]
        slide.notes_slide.notes_text_frame.text = "Notes of " + texts[0].split("}")[-1] + " {name}"
    deck.save(folder / "slides.pptx")


def whole_sheets():
    book = openpyxl.Workbook()
    first = book.active
    first.title = "Summary"
    first["A1"] = "{company.name}"
    lot = book.create_sheet("Lot {name}")
    lot["A1"] = "{#each sale.lines per sheet}{row.number}"
    lot["A2"] = "{name}"
    lot["B2"] = "{price}"
    lot["C2"] = "=B2*2"
    after = book.create_sheet("After")
    after["A1"] = "=Summary!A1"
    after.print_area = "A1:B2"
    book.create_sheet("None {name}")["A1"] = "{#each sale.notes per sheet}never shown"
    book.save(folder / "sheets.xlsx")


def converted(source, extension):
    profile = "-env:UserInstallation=file://" + str((folder / "profile").resolve())
    command = [soffice, profile, "--headless", "--convert-to", extension, "--outdir", str(folder), str(folder / source)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


letter()
peers_way()
workbook()
slides()
whole_slides()
whole_sheets()
for source, extension in [("letter.docx", "odt"), ("offer.xlsx", "ods"), ("deck.pptx", "odp"), ("slides.pptx", "odp"), ("sheets.xlsx", "ods")]:
    converted(source, extension)
# And as LibreOffice itself writes Microsoft's formats.
(folder / "libreoffice").mkdir(exist_ok=True)
for source, extension in [("letter.odt", "docx"), ("offer.ods", "xlsx"), ("deck.odp", "pptx"), ("slides.odp", "pptx"), ("sheets.ods", "xlsx")]:
    profile = "-env:UserInstallation=file://" + str((folder / "profile").resolve())
    command = [soffice, profile, "--headless", "--convert-to", extension, "--outdir", str(folder / "libreoffice"), str(folder / source)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
