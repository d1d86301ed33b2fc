"""What tells the user how to go on: shortcuts, a first hint, words for screen readers."""
