"""What a file is, by what is in it. Its name is believed only where the content does not speak against it.

Signatures are those that the formats' own specifications begin with. Nothing is unpacked: of a ZIP only its table of
contents is read.
"""

import io
import zipfile
from typing import Final

OFFICE: Final = "application/vnd.openxmlformats-officedocument."
OASIS: Final = "application/vnd.oasis.opendocument."
BINARY: Final = "application/octet-stream"
PROGRAM: Final = "application/x-executable"
HTML: Final = "text/html"
SVG: Final = "image/svg+xml"
ZIP: Final = "application/zip"

EXTENSIONS: Final[dict[str, tuple[str, ...]]] = {
    "application/pdf": ("pdf",),
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/tiff": ("tif", "tiff"),
    "text/plain": ("txt", "md", "log", "text"),
    "text/csv": ("csv",),
    "application/json": ("json",),
    "application/xml": ("xml", "bpmn", "dmn", "xsd"),
    "message/rfc822": ("eml",),
    "application/msword": ("doc",),
    "application/vnd.ms-excel": ("xls",),
    "application/vnd.ms-powerpoint": ("ppt",),
    "application/vnd.ms-outlook": ("msg",),
    f"{OFFICE}wordprocessingml.document": ("docx",),
    f"{OFFICE}spreadsheetml.sheet": ("xlsx",),
    f"{OFFICE}presentationml.presentation": ("pptx",),
    f"{OASIS}text": ("odt",),
    f"{OASIS}spreadsheet": ("ods",),
    f"{OASIS}presentation": ("odp",),
    ZIP: ("zip",),
    "application/x-macro": ("docm", "xlsm", "pptm", "dotm"),
    HTML: ("html", "htm", "xhtml"),
    SVG: ("svg",),
    PROGRAM: ("exe", "dll", "com", "scr", "msi", "bat", "cmd", "sh", "ps1", "js", "vbs", "jar"),
}
# What is allowed unless a server's settings say otherwise: nothing that runs, and nothing that hides what is in it.
USUAL: Final = tuple(kind for kind in EXTENSIONS if kind not in (ZIP, "application/x-macro", HTML, SVG, PROGRAM))
_BEGINNINGS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"#!", PROGRAM),
)
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_TYPES: Final = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "msg": "application/vnd.ms-outlook",
}
_PARTS: Final = {
    "word/": "wordprocessingml.document",
    "xl/": "spreadsheetml.sheet",
    "ppt/": "presentationml.presentation",
}
_TEXTS: Final = {"csv": "text/csv", "json": "application/json", "eml": "message/rfc822"}
_LOOKED_AT: Final = 4_096  # bytes from the beginning of a text


def extension(name: str) -> str:
    """In small letters, without the dot; "" without one."""
    _, dot, found = name.rpartition(".")
    return found.lower() if dot else ""


def type_of(data: bytes, name: str) -> str:
    """The media type of the content. The name decides only between those that the content leaves open."""
    for beginning, kind in _BEGINNINGS:
        if data.startswith(beginning):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data.startswith(_OLE):
        return _OLE_TYPES.get(extension(name), BINARY)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _packed(data)
    text = _text(data)
    return BINARY if text is None else _written(text, extension(name))


def _packed(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if any(name.endswith("vbaProject.bin") for name in names):
                return "application/x-macro"
            if "META-INF/MANIFEST.MF" in names:
                return PROGRAM
            first = archive.infolist()[:1]
            # As OpenDocument has it: not compressed, so that nothing has to be unpacked.
            if first and (first[0].filename, first[0].compress_type) == ("mimetype", zipfile.ZIP_STORED):
                said = archive.read(first[0]).decode("ascii", "replace") if first[0].file_size <= 100 else ""
                return said.strip() if said.strip() in EXTENSIONS else ZIP
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        return BINARY
    if "[Content_Types].xml" in names:
        for part, kind in _PARTS.items():
            if any(name.startswith(part) for name in names):
                return OFFICE + kind
    return ZIP


def _text(data: bytes) -> str | None:
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if any(sign < " " and sign not in "\t\n\r\f\v" for sign in text) else text


def _written(text: str, known_as: str) -> str:
    start = text[:_LOOKED_AT].lstrip().lower()
    if start.startswith("<"):
        if "<svg" in start:
            return SVG
        if any(sign in start for sign in ("<html", "<!doctype html", "<script", "<body", "<iframe", "<img")):
            return HTML
        if start.startswith("<?xml") or known_as in EXTENSIONS["application/xml"]:
            return "application/xml"
    if known_as in EXTENSIONS[PROGRAM]:
        return PROGRAM
    if known_as in EXTENSIONS[HTML]:
        return HTML
    return _TEXTS.get(known_as, "text/plain")


def named_otherwise(kind: str, name: str) -> bool:
    """Whether the name promises another kind of file than it is."""
    known_as = extension(name)
    promised = [other for other, endings in EXTENSIONS.items() if known_as in endings]
    return bool(promised) and kind not in promised
