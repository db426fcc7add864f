"""Which files of a folder are pictures, which the system left there, and what a file is that is no picture we read."""

from collections.abc import Iterable
from pathlib import Path

ENDINGS = (".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".webp", ".gif", ".tif", ".tiff")
# Pictures too, though not read here: named with what to do, since whoever has them in a folder counts on them.
UNREAD_ENDINGS = (".heic", ".heif", ".avif")

# What Windows, macOS and file servers leave in folders without being asked.
CLUTTER = {"thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "icon\r", "$recycle.bin", "@eadir"}

# The first bytes of what is often called `.jpg` or `.png` and is none.
BEGINNINGS = (
    (b"%PDF", "no image but a PDF document"),
    (b"8BPS", "no image but a Photoshop file"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (b"<svg", "no image but an SVG drawing"),
    (b"<?xml", "no image but an SVG drawing or other XML"),
    (b"<!DOCTYPE", "no image but a web page"),
    (b"<!doctype", "no image but a web page"),
    (b"<html", "no image but a web page"),
    (b"version https://git-lfs", "no image but a Git LFS pointer, in place of the file that it stands for"),
)
AVIF = {b"avif", b"avis"}
HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
# Bytes to look at.
LOOKED_AT = 64


def is_clutter(path: Path) -> bool:
    """Tell whether a file or folder is one that a system keeps beside its user's, as `._1.jpg` or `Thumbs.db`."""
    return path.name.startswith((".", "__")) or path.name.casefold() in CLUTTER


def is_picture(path: Path) -> bool:
    """Tell whether a file is called as pictures are, and no clutter."""
    return path.suffix.lower() in ENDINGS + UNREAD_ENDINGS and not is_clutter(path)


def pictures_below(folder: Path) -> list[Path]:
    """Return the pictures in a folder and in the folders below it, in the order of their names.

    Raises:
        OSError: If a folder cannot be read.
    """
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if is_clutter(path):
            continue
        if path.is_dir() and not path.is_symlink():
            found += pictures_below(path)
        elif is_picture(path) and path.is_file():
            found.append(path)
    return found


def unread_kind(head: bytes) -> str:
    """Say what a file is that no picture of ours begins like, and what to do with it; nothing where that is not known.

    Args:
        head: Its first `LOOKED_AT` bytes.

    Source: ISO/IEC 23008-12 (HEIF) and the AV1 Image File Format: `ftyp`, then the brands.
    """
    if head[4:8] == b"ftyp":
        brands = {head[at : at + 4] for at in range(8, len(head), 4) if at != 12}
        if brands & (AVIF | HEIC):
            kind = "an AVIF picture" if brands & AVIF else "a HEIC picture, as iPhones take them"
            return f"{kind}; convert it to JPEG or PNG"
        return "no image but a film or the like"
    return next((kind for beginning, kind in BEGINNINGS if head.lstrip().startswith(beginning)), "")


def listed(faults: Iterable[str], most: int = 1000) -> str:
    """Return faults as lines, one a picture."""
    lines = list(faults)
    return "\n".join([*lines[:most], *([f"and {len(lines) - most:,} more"] if len(lines) > most else [])])
