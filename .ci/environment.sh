# shellcheck shell=bash disable=SC2015,SC2034,SC2086 # lists of packages are words; the sourcing script uses the rest
# Sourced by ./run and ./test: finds Python, makes .venv, installs what is missing. Bash 3.2 (macOS) is enough.
# What is said here goes to standard error: standard output belongs to livepitch.

# Hundreds of processes start here: none should compile anew what it imports, also where programs are told not to keep that.
unset PYTHONDONTWRITEBYTECODE

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=$root/.venv

# What PortAudio, OpenBLAS and Qt's window need of Debian or Ubuntu; on macOS the Python packages bring it along.
packages_to_run="libportaudio2 libasound2-plugins libgfortran5
    libegl1 libgl1 libdbus-1-3 libfontconfig1 fonts-dejavu-core libglib2.0-0 libxkbcommon-x11-0
    libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libwayland-cursor0 libwayland-egl1"
packages_to_test="$packages_to_run pulseaudio pulseaudio-utils xvfb jackd2"

say() { printf 'livepitch: %s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }

# python_works NAME: whether it runs and is new enough
python_works() {
    command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1
}

# Sets $python. The plain name comes last: on a bare macOS it only offers to install developer tools.
find_python() {
    for python in ${LIVEPITCH_PYTHON:+"$LIVEPITCH_PYTHON"} \
        python3.12 python3.13 python3.11 python3.10 python3.14 python3; do
        if python_works "$python"; then return 0; fi
    done
    return 1
}

# missing_packages NAMES: those that Debian or Ubuntu lacks; since Debian 13 some names end in t64
missing_packages() {
    command -v dpkg-query >/dev/null 2>&1 || return 0
    local installed name
    installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' 2>/dev/null | sed -n 's/ installed$//p')
    for name in "$@"; do
        printf '%s\n' "$installed" | grep -qxE "${name//./\\.}(t64)?" || printf '%s ' "$name"
    done
}

# apt_install NAMES: false where it may not or cannot
apt_install() {
    local sudo="" log install
    command -v apt-get >/dev/null 2>&1 || return 1
    if [ "$(id -u)" != 0 ]; then
        sudo="sudo -n"
        $sudo true 2>/dev/null || return 1
    fi
    say "installing $*"
    log=$(mktemp)
    install="env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq -y --no-install-recommends install"
    # A fresh machine has no package lists yet: they are fetched only where the first try fails.
    $sudo $install "$@" >"$log" 2>&1 </dev/null ||
        { $sudo apt-get -qq update && $sudo $install "$@"; } >"$log" 2>&1 </dev/null ||
        { tail -n 3 "$log" >&2; rm -f "$log"; return 1; }
    rm -f "$log"
}

# system_packages NAMES: installs the missing ones, or names them and remembers to do so again
system_packages() {
    local missing
    missing=$(missing_packages "$@")
    rm -f "$venv/packages-missing"
    if [ -n "$missing" ] && ! apt_install $missing; then
        say "missing system packages, without them sound or the window may fail: sudo apt-get install $missing"
        : >"$venv/packages-missing"
    fi
}

make_venv() {
    find_python || { apt_install python3 python3-venv && find_python; } ||
        fail "found no Python 3.10 or newer: install it (Debian: python3 python3-venv; macOS: python.org)" \
            "or name it in LIVEPITCH_PYTHON"
    if [ "$(uname -s)" = Darwin ] && [ "$("$python" -c 'import platform; print(platform.machine())')" != arm64 ]; then
        fail "MLX needs Apple silicon, and $(command -v "$python") is built for Intel:" \
            "name an arm64 Python in LIVEPITCH_PYTHON"
    fi
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        local package
        package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        apt_install "$package" && "$python" -c 'import ensurepip, venv' 2>/dev/null ||
            fail "$(command -v "$python") cannot make virtual environments; on Debian: sudo apt-get install $package"
    fi
    say "making .venv with $("$python" --version 2>&1)"
    rm -rf "$venv"
    "$python" -m venv "$venv" >&2 || { rm -rf "$venv"; fail "could not make $venv"; }
}

# What an installation depends on: where it is, its interpreter, and what pyproject.toml asks for.
fingerprint() {
    { printf '%s\n' "$root"; cat "$venv/pyvenv.cfg" "$root/pyproject.toml"; } | cksum
}

# ready EXTRA NAMES: a .venv with livepitch[EXTRA], and Debian's packages NAMES; quick when nothing has changed
ready() {
    local extra=$1 stamp="$venv/ready-$1" log
    shift
    python_works "$venv/bin/python" || make_venv
    if [ "$(cat "$stamp" 2>/dev/null)" = "$(fingerprint)" ]; then return 0; fi
    system_packages "$@"
    say "installing Python packages (minutes at the first start)"
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip >&2
    log=$(mktemp)
    # Of fifteen thousand modules some three thousand are ever imported: those are compiled when they are.
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
        -e "$root${extra:+[$extra]}" >"$log" 2>&1 ||
        { cat "$log" >&2; rm -f "$log"; fail "the Python packages could not be installed; the lines above say why"; }
    rm -f "$log"
    fingerprint >"$stamp"
}
