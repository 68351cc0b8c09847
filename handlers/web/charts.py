"""The plot of a day, as a picture of its own: its inline style may stand on no page of ours."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

import pygal
from pygal.style import Style

from handlers.say import Say
from inbox.figures.words import Row

# pygal 3.1 puts a finder of its own before every import, of a kind that Python warns of since 3.10.
sys.meta_path[:] = [one for one in sys.meta_path if type(one).__name__ != "PluginImportFixer"]

SCRIPT = re.compile(rb"<script.*?</script>", re.DOTALL)
"""pygal's settings for a script that we leave out."""
FONT = "system-ui, 'Noto Sans', 'Noto Sans Arabic', sans-serif"
LIGHT = ("#ffffff", "#15202b", "#4f5f6b", ("#2f6f9f", "#c7651a"))
DARK = ("#171d23", "#e7ecef", "#a9b6bf", ("#7cc0ff", "#ffb066"))
"""Ground, ink, dim ink, and the colours of received and answered."""


def day(
    rows: Sequence[Row], hours: Sequence[tuple[str, str]], say: Say, *, dark: bool, narrow: bool
) -> bytes:
    """Draw what was received and answered in each hour; `hours` are (key, what it is called).

    `narrow` is for phones: a wide picture made small could not be read there.
    """
    width, height = (380, 240) if narrow else (760, 320)
    ground, ink, dim, colours = DARK if dark else LIGHT
    style = Style(
        background=ground, plot_background=ground, foreground=ink, foreground_strong=ink,
        foreground_subtle=dim, colors=colours, font_family=FONT, label_font_size=15,
        major_label_font_size=15, legend_font_size=17, opacity=1, opacity_hover=1,
        guide_stroke_color=dim, major_guide_stroke_color=dim, transition="none",
    )  # fmt: skip
    chart = pygal.Bar(
        style=style, width=width, height=height, margin=12, js=[], legend_at_bottom=True,
        legend_at_bottom_columns=2, show_minor_x_labels=False, print_values=False,
        truncate_label=-1, spacing=10,
        min_scale=2, max_scale=5, range=(0, max(4, *(_most(rows)))), no_data_text="",
    )  # fmt: skip
    by_hour = {row.key: row for row in rows}
    chart.x_labels = [name for _, name in hours]
    chart.x_labels_major = [name for _, name in hours][::3]
    chart.value_formatter = lambda value: str(int(value))
    found = [by_hour.get(key, Row(key)) for key, _ in hours]
    chart.add(say("web.received"), [row.received for row in found])
    chart.add(say("web.answered"), [row.answered for row in found])
    return SCRIPT.sub(b"", chart.render())


def _most(rows: Sequence[Row]) -> list[int]:
    return [0, *(max(row.received, row.answered) for row in rows)]
