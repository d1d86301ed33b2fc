"""The music settings: concert pitch, tuning, key, names, voice."""
