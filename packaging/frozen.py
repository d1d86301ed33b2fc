"""What a frozen livepitch (an app bundle) runs: the window, a command, or a process that another of it asked for."""

import multiprocessing

from livepitch.__main__ import main
from livepitch.model.child import run_if_child

if __name__ == "__main__":
    multiprocessing.freeze_support()  # a process that some library starts so goes no further
    if not run_if_child():
        main()
