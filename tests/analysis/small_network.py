"""Options of a job that trains networks as small as they come, in seconds."""

SMALL_NETWORK = """
images = 100
epochs = 1
batch = 20
width = 4
multipliers = [1, 2]
groups = 2
resamples = 20
"""
