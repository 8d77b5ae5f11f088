"""Models as files from strangers: XML read safely, and what is wrong with it."""
