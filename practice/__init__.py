"""Musical logic without a screen: notes, tunings, keys, names and intonation; exercises and scoring later."""
