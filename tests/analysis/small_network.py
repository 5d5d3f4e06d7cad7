"""Options of a job that trains networks as small as they come, in seconds."""

_BRIEF = """
images = 100
epochs = 1
batch = 20
resamples = 20
"""
SMALL_NETWORK = _BRIEF + """
width = 4
multipliers = [1, 2]
groups = 2
"""
SMALL_TRANSFORMER = _BRIEF + """
network = "dit"
dit_patch = 7
dit_width = 8
dit_depth = 1
dit_heads = 2
"""
