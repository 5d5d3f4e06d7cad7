"""Networks in words."""

from types import SimpleNamespace

from analysis.reading.networks import network_text


def text(**options):
    return network_text(SimpleNamespace(option=lambda name, default=None: options.get(name,
                                                                                      default)))


def test_records_from_before_there_was_a_choice_are_of_unets():
    assert text(width=8) == text(network="unet", width=8) == "U-Nets"


def test_transformers_are_named_with_their_sizes():
    sizes = {"network": "dit", "dit_width": 64, "dit_patch": 4}
    assert text(**sizes, dit_depth=6) == ("diffusion transformers (6 blocks of width 64, 4 × 4 "
                                          "pixels a token)")
    assert "(1 block of width 64," in text(**sizes, dit_depth=1)
