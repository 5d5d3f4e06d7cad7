"""What kind of network a record's denoisers are, as its options tell."""

from __future__ import annotations

from .record import Record


def network_text(record: Record) -> str:
    """The denoisers in words, as many of them.

    Parameters
    ----------
    record : Record
        Of an experiment with an option `network`; one from before there was a choice has U-Nets.

    Returns
    -------
    str
        "U-Nets", or "diffusion transformers (6 blocks of width 96, 4 × 4 pixels a token)".
    """
    if record.option("network", "unet") == "unet":
        return "U-Nets"
    depth, width, patch = (record.option(f"dit_{name}") for name in ("depth", "width", "patch"))
    return (f"diffusion transformers ({depth} block{'s' if depth > 1 else ''} of width {width}, "
            f"{patch} × {patch} pixels a token)")
