"""A certificate as a page to print: nothing is loaded, nothing runs, and it says nothing of where he was when he earned it."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from html import escape
from typing import Any

_STYLE = (
    "@page{size:A4 landscape;margin:0}"
    "body{margin:0;color:#1a1a1a;background:#fff;font-family:Georgia,'Times New Roman',serif;text-align:center}"
    "main{box-sizing:border-box;width:297mm;max-width:100%;min-height:209mm;margin:0 auto;padding:30mm 25mm;"
    "border:3mm double #26465a}"
    "h1{margin:0 0 14mm;font-size:30pt;font-weight:normal;letter-spacing:.08em}"
    ".name{margin:6mm 0;font-size:32pt;overflow-wrap:anywhere}"
    ".title{margin:6mm 0;font-size:22pt}"
    "p{margin:3mm 0;font-size:14pt}"
    ".number{margin-top:16mm;font-size:10pt;letter-spacing:.05em}"
)
_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def certificate_page(certificate: Mapping[str, Any]) -> str:
    """What is printed: his name, what he has completed, when, who awards it, and its number."""
    told = {name: escape(str(certificate[name])) for name in ("name", "title", "awarded_by", "number")}
    on = date.fromisoformat(certificate["issued_on"])
    what = "the accredited course" if certificate["accredited"] else "the course"
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Certificate {told['number']}</title><style>{_STYLE}</style></head><body><main>"
        f'<h1>Certificate</h1><p>This is to certify that</p><p class="name">{told["name"]}</p>'
        f'<p>has completed {what}</p><p class="title">{told["title"]}</p>'
        f"<p>Awarded by {told['awarded_by']}</p><p>{on.day} {on:%B %Y}</p>"
        f'<p class="number">{told["number"]}</p></main></body></html>'
    )
