"""The window itself: its place on the screen, its panels, and what it remembers."""
