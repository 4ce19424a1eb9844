"""What `watch.py` is made of: arriving files, alarm, learning, figures, and the loop itself."""
