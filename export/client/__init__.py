"""What both clients need: commands, image files, and what a connection to a server can do."""
