"""Measuring livepitch on the machine at hand: how long a sound takes to be a pitch, and a pitch to be on screen."""
