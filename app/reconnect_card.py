"""A card to print and keep: the code, its QR, and nothing that says what it is for. No name, no charity, no prison."""

from html import escape
from io import BytesIO

import segno

from app.domain.through_the_gate.models import CardIssued, ReconnectCard

_STYLE = (
    "@page{size:85mm 55mm;margin:0}"
    "body{margin:0;color:#000;background:#fff;font-family:Arial,Helvetica,sans-serif}"
    "main{box-sizing:border-box;width:85mm;height:54mm;padding:5mm;display:flex;gap:5mm;align-items:center}"
    "svg{width:30mm;height:30mm;flex:none}"
    "p{margin:0 0 2mm;font-size:9pt;line-height:1.35}"
    ".code{font-family:'Courier New',monospace;font-size:12pt;font-weight:bold;white-space:nowrap}"
)


def card_page(code: str, last_day: str) -> str:
    """One page of a bank card's size. Whoever finds it learns that it is a code and until when it works, and nothing else."""
    drawn = BytesIO()
    qr = segno.make(code, error="m", micro=False)
    qr.save(drawn, kind="svg", xmldecl=False, svgns=True, nl=False, omitsize=True, title="QR of the code")
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Card</title><style>{_STYLE}</style></head><body><main>{drawn.getvalue().decode()}"
        f'<div><p class="code">{escape(code)}</p><p>Enter this code, or show it to somebody who helps you.</p>'
        f"<p>It works once, until {escape(last_day)}.</p></div></main></body></html>"
    )


def issued(card: ReconnectCard, code: str) -> CardIssued:
    """What whoever issues a card is told, this once."""
    day = card.expires_on
    return CardIssued(
        id=card.id,
        support_id=card.support_id,
        way_of_contact=card.way_of_contact,
        expires_on=day,
        code=code,
        page=card_page(code, f"{day.day} {day:%B %Y}"),
    )
