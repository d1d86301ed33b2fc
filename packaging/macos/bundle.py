"""What macOS reads in the app's Info.plist, as a dict for PyInstaller."""

import os

IDENTIFIER = os.environ.get("LIVEPITCH_IDENTIFIER", "org.livepitch.livepitch")


def information(version: str) -> dict[str, object]:
    """The entries that PyInstaller does not write by itself."""
    return {
        "CFBundleVersion": version,
        "CFBundleDisplayName": "livepitch",
        "LSApplicationCategoryType": "public.app-category.music",
        "LSMinimumSystemVersion": "14.0",  # MLX's wheels
        "LSArchitecturePriority": ["arm64"],
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": "GPL-3.0-or-later",
        "NSMicrophoneUsageDescription": (
            "livepitch shows the pitch of what you sing. Sound stays on this computer, and is kept only if you record."
        ),
        "NSPrincipalClass": "NSApplication",
        "NSRequiresAquaSystemAppearance": False,  # dark where the system is dark
    }
