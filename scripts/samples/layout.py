"""The page composer: turns a chapter's blocks into a paginated PDF with platypus."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BalancedColumns,
    BaseDocTemplate,
    Frame,
    Image,
    KeepTogether,
    ListFlowable,
    ListItem,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

MARGIN_X = 62.0
MARGIN_TOP = 70.0
MARGIN_BOTTOM = 60.0
TEXT_WIDTH = A4[0] - 2 * MARGIN_X
RASTER_DPI = 200
NBSP = "\u00a0"


@dataclass(frozen=True)
class ChapterInfo:
    """What is said of a chapter in `sources.toml`, in its header and in its metadata."""

    title: str
    language: str
    subject: str
    grade: str
    header: str
    first_page: int
    accent: str
    tint: str


def typeset(text: str, language: str) -> str:
    """Give plain typed text the apostrophes, dashes and spaces of its language."""
    text = text.replace("--", "\u2013").replace("'", "\u2019")
    if language == "fr":
        text = re.sub(r" ([:;?!\u00bb])", NBSP + r"\1", text).replace("\u00ab ", "\u00ab" + NBSP)
    # A number never parts from its thousands or its unit at a line end.
    return re.sub(r"(?<=\d) (?=\d{3}\b|°C|km\b|m\b|%)", NBSP, text)


class Composer:
    """Collects a chapter's blocks in reading order, then sets them on pages."""

    def __init__(self, info: ChapterInfo) -> None:
        """Start an empty chapter."""
        self.info = info
        self._story: list[Any] = []
        self._styles = _styles(info.accent)

    def title(self, label: str, text: str) -> None:
        """Open the chapter."""
        self._story += [self._paragraph(label, "label"), self._paragraph(text, "title")]

    def heading(self, number: str, text: str) -> None:
        """Open a numbered section."""
        self._story.append(self._paragraph(f"{number}{NBSP * 2}{text}", "heading"))

    def subheading(self, text: str) -> None:
        """Open an unnumbered part, such as the questions at the end."""
        self._story.append(self._paragraph(text, "subheading"))

    def paragraphs(self, *texts: str) -> None:
        """Set running text across the full measure."""
        self._story += [self._paragraph(text, "body") for text in texts]

    def columns(self, *texts: str) -> None:
        """Set running text in two balanced columns."""
        blocks = [self._paragraph(text, "body") for text in texts]
        self._story.append(BalancedColumns(blocks, nCols=2, innerPadding=18, spaceAfter=6))

    def bullets(self, *texts: str) -> None:
        """Set a bulleted list."""
        items = [ListItem(self._paragraph(text, "item"), leftIndent=18) for text in texts]
        self._story.append(ListFlowable(items, bulletType="bullet", bulletFontSize=11, start="•"))
        self._story.append(Spacer(1, 5))

    def figure(self, drawing: Drawing | Image, label: str, caption: str) -> None:
        """Set a figure with its numbered caption below."""
        below = self._paragraph(self._caption(label, caption), "caption")
        self._story.append(KeepTogether([Spacer(1, 6), drawing, Spacer(1, 7), below]))

    def figure_beside(self, drawing: Drawing, label: str, caption: str) -> None:
        """Set a narrow figure with its numbered caption to the right."""
        beside = self._paragraph(self._caption(label, caption), "beside")
        table = Table(
            [[drawing, beside]],
            colWidths=[drawing.width + 10, TEXT_WIDTH - drawing.width - 10],
            spaceBefore=6,
            spaceAfter=8,
        )
        table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "MIDDLE")]))
        self._story.append(table)

    def table(self, rows: Sequence[Sequence[str]], widths: Sequence[float], label: str, caption: str) -> None:
        """Set a ruled table, header row first, with its caption above."""
        cells = [
            [self._paragraph(cell, "head_cell" if index == 0 else "cell") for cell in row]
            for index, row in enumerate(rows)
        ]
        table = Table(cells, colWidths=list(widths), hAlign="CENTER")
        table.setStyle(
            TableStyle(
                [
                    ("BACKGROUND", (0, 0), (-1, 0), HexColor(self.info.tint)),
                    ("GRID", (0, 0), (-1, -1), 0.5, HexColor("#9aa5ae")),
                    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ]
            )
        )
        above = self._paragraph(self._caption(label, caption), "caption")
        self._story.append(KeepTogether([Spacer(1, 6), above, table, Spacer(1, 10)]))

    def keywords(self, title: str, words: Sequence[str], columns: int = 4) -> None:
        """Set the tinted box that lists the chapter's terms, read row by row."""
        padded = [*words, *[""] * (-len(words) % columns)]
        rows = [padded[start : start + columns] for start in range(0, len(padded), columns)]
        cells = [[self._paragraph(word, "word") for word in row] for row in rows]
        head = [self._paragraph(title, "word_title"), *[""] * (columns - 1)]
        box = Table([head, *cells], colWidths=[TEXT_WIDTH / columns] * columns)
        box.setStyle(
            TableStyle(
                [
                    ("SPAN", (0, 0), (-1, 0)),
                    ("BACKGROUND", (0, 0), (-1, -1), HexColor(self.info.tint)),
                    ("BOX", (0, 0), (-1, -1), 0.8, HexColor(self.info.accent)),
                    ("TOPPADDING", (0, 0), (-1, -1), 2),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
                    ("TOPPADDING", (0, 0), (-1, 0), 6),
                    ("BOTTOMPADDING", (0, -1), (-1, -1), 7),
                ]
            )
        )
        self._story.append(KeepTogether([Spacer(1, 8), box]))

    def build(self, target: Path) -> None:
        """Write the PDF; the same blocks always give the same bytes."""
        document = BaseDocTemplate(
            str(target),
            pagesize=A4,
            title=self.info.title,
            author="corpusbuilder contributors",
            subject=self.info.subject,
            lang=self.info.language,
            invariant=1,
            pageCompression=1,
        )
        frame = Frame(
            MARGIN_X,
            MARGIN_BOTTOM,
            TEXT_WIDTH,
            A4[1] - MARGIN_TOP - MARGIN_BOTTOM,
            leftPadding=0,
            rightPadding=0,
            topPadding=0,
            bottomPadding=0,
            id="text",
        )
        document.addPageTemplates(PageTemplate(frames=[frame], onPage=lambda canvas, _: self._furniture(canvas)))
        document.build(self._story)

    def _furniture(self, canvas: Canvas) -> None:
        """Draw the running header and the page number."""
        number = self.info.first_page + canvas.getPageNumber() - 1
        top = A4[1] - 42
        canvas.saveState()
        canvas.setFillColor(HexColor("#5b6670"))
        canvas.setFont("Helvetica", 8)
        header = typeset(self.info.header, self.info.language)
        if number % 2:
            canvas.drawRightString(A4[0] - MARGIN_X, top, header)
        else:
            canvas.drawString(MARGIN_X, top, header)
        canvas.setStrokeColor(HexColor(self.info.accent))
        canvas.setLineWidth(0.6)
        canvas.line(MARGIN_X, top - 6, A4[0] - MARGIN_X, top - 6)
        canvas.setFont("Helvetica", 9)
        canvas.drawCentredString(A4[0] / 2, 32, str(number))
        canvas.restoreState()

    def _caption(self, label: str, caption: str) -> str:
        parting = f"{NBSP}\u2013 " if self.info.language == "fr" else NBSP * 2
        return f"<b>{label}</b>{parting}{caption}"

    def _paragraph(self, text: str, style: str) -> Paragraph:
        return Paragraph(typeset(text, self.info.language), self._styles[style])


def raster(png: bytes, width_px: int, height_px: int) -> Image:
    """Return a PNG as a block, at the size its resolution asks for."""
    scale = 72 / RASTER_DPI
    return Image(BytesIO(png), width=width_px * scale, height=height_px * scale)


def _styles(accent: str) -> dict[str, ParagraphStyle]:
    color = HexColor(accent)
    sans = {"fontName": "Helvetica", "fontSize": 9, "leading": 12}
    bold = {"fontName": "Helvetica-Bold", "textColor": color}
    body = {"fontName": "Times-Roman", "fontSize": 11, "leading": 14.6}
    settings: dict[str, dict[str, Any]] = {
        "label": {**bold, "fontSize": 13, "leading": 16, "spaceAfter": 4},
        "title": {**bold, "fontSize": 23, "leading": 28, "spaceAfter": 14},
        "heading": {
            **bold,
            "fontSize": 14,
            "leading": 18,
            "spaceBefore": 12,
            "spaceAfter": 6,
            "keepWithNext": 1,
        },
        "subheading": {
            **bold,
            "fontSize": 11.5,
            "leading": 15,
            "spaceBefore": 8,
            "spaceAfter": 5,
            "keepWithNext": 1,
        },
        "body": {**body, "alignment": TA_JUSTIFY, "spaceAfter": 6},
        "item": {**body, "spaceAfter": 3},
        "caption": {**sans, "spaceAfter": 9},
        "beside": {**sans, "leading": 12.5},
        "cell": {**sans, "leading": 11},
        "head_cell": {**sans, "fontName": "Helvetica-Bold", "leading": 11},
        "word": {**sans, "leading": 11},
        "word_title": {**bold, "fontSize": 10.5, "leading": 13},
    }
    return {name: ParagraphStyle(name, **values) for name, values in settings.items()}
