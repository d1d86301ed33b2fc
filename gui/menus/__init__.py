"""Every action, its shortcut, and where it is found."""
