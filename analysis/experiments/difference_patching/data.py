"""difference_patching: names of what is compared and of what is done."""

METRICS = {"cosine": "change of the cosine", "label": "change of the share of equal labels",
           "coarse": "relative change of the coarse distance",
           "fine": "relative change of the fine distance"}
KINDS = {"copied": "copied from A to B", "removed": "removed from both"}
MAPPED = {"cosine": "cosine", "coarse": "coarse distance", "fine": "fine distance"}
