from analysis import generic
content = generic.content
