"""What the window knows, apart from any screen: no Qt in here."""
