"""Where a running session sends its frames beside the screen: OSC, MIDI, WebSocket, Lab Streaming Layer, JSON Lines."""
