"""The window: PyQt6 and pyqtgraph. Only `app.run_window` is called from outside; importing it loads no Qt."""
