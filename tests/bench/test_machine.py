"""The machine's name, from what the systems' own programs and files say: pieces of real answers, and broken ones."""

import json
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livepitch.bench import linux, macos, probe
from livepitch.bench.load import Line, Load, busy_seconds, process_seconds, resident_mb
from livepitch.bench.machine import describe_machine, machine_line, versions

SYSCTL = """machdep.cpu.brand_string: Apple M1 Pro
hw.model: MacBookPro18,3
hw.memsize: 17179869184
hw.physicalcpu: 10
hw.perflevel0.physicalcpu: 8
hw.perflevel1.physicalcpu: 2
"""
INTEL_SYSCTL = """machdep.cpu.brand_string: Intel(R) Core(TM) i9-9880H CPU @ 2.30GHz
hw.memsize: 17179869184
hw.physicalcpu: 8
sysctl: unknown oid 'hw.perflevel0.physicalcpu'
"""
DISPLAYS = json.dumps(
    {
        "SPDisplaysDataType": [
            {
                "_name": "Apple M1 Pro",
                "spdisplays_mtlgpufamilysupport": "spdisplays_metal3",
                "spdisplays_ndrvs": [{"_name": "Color LCD", "_spdisplays_resolution": "1512 x 982 @ 120.00Hz"}],
                "spdisplays_vendor": "sppci_vendor_Apple",
                "sppci_bus": "spdisplays_builtin",
                "sppci_cores": "16",
                "sppci_device_type": "spdisplays_gpu",
                "sppci_model": "Apple M1 Pro",
            }
        ]
    }
)
SW_VERS = "ProductName:\t\tmacOS\nProductVersion:\t\t14.2.1\nBuildVersion:\t\t23C71\n"
PMSET = """System-wide power settings:
Currently in use:
 standby              1
 Sleep On Power Button 1
 hibernatefile        /var/vm/sleepimage
 powernap             1
 sleep                0 (sleep prevented by sharingd, powerd, bluetoothd)
 lowpowermode         {}
 womp                 0
"""
ON_MAINS = (
    "Now drawing from 'AC Power'\n -InternalBattery-0 (id=4653155)\t100%; charged; 0:00 remaining present: true\n"
)
ON_BATTERY = "Now drawing from 'Battery Power'\n -InternalBattery-0 (id=4653155)\t80%; discharging; 5:12 remaining\n"


def test_an_m_series_mac():
    values = macos.sysctl_values(SYSCTL)
    assert values["machdep.cpu.brand_string"] == "Apple M1 Pro"
    assert macos.mac_cores(values) == {"total": 10, "performance": 8, "efficiency": 2}
    assert macos.graphics(DISPLAYS) == {"name": "Apple M1 Pro", "cores": 16}
    assert macos.system_name(SW_VERS) == "macOS 14.2.1 (23C71)"


def test_an_intel_mac_has_one_kind_of_core_and_tells_no_graphics_cores():
    assert macos.mac_cores(macos.sysctl_values(INTEL_SYSCTL)) == {"total": 8, "performance": None, "efficiency": None}
    displays = {"SPDisplaysDataType": [{"_name": "kHW_x", "sppci_model": "AMD Radeon Pro 5500M"}]}
    assert macos.graphics(json.dumps(displays)) == {"name": "AMD Radeon Pro 5500M", "cores": None}


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        (PMSET.format(0), "automatic"),
        (PMSET.format(1), "low power"),
        (PMSET.format(0).replace("lowpowermode", "powermode   "), "automatic"),
        (PMSET.format(2).replace("lowpowermode", "powermode   "), "high power"),
        (PMSET.format(7), None),
        ("Currently in use:\n standby 0\n", None),
        (None, None),
    ],
)
def test_power_mode_of_a_mac(text, mode):
    assert macos.power_mode(text) == mode


@pytest.mark.parametrize(("text", "source"), [(ON_MAINS, "mains"), (ON_BATTERY, "battery"), ("", None), (None, None)])
def test_power_source_of_a_mac(text, source):
    assert macos.power_source(text) == source


def test_a_whole_mac_from_its_programs(monkeypatch):
    answers = {
        ("system_profiler", "SPDisplaysDataType", "-json"): DISPLAYS,
        ("sw_vers",): SW_VERS,
        ("pmset", "-g", "batt"): ON_MAINS,
        ("pmset", "-g"): PMSET.format(0),
    }
    answers |= {("sysctl", line.split(":")[0]): f"{line}\n" for line in SYSCTL.splitlines()}
    monkeypatch.setattr(macos, "answer_of", lambda command: answers[tuple(command)])
    facts = macos.describe_mac()
    assert facts["chip"] == "Apple M1 Pro"
    assert facts["computer"] == "MacBookPro18,3"
    assert facts["memory_gb"] == 16.0
    assert facts["power"] == {"source": "mains", "mode": "automatic"}
    facts["cores"]["usable"] = 10
    assert machine_line(facts) == (
        "Apple M1 Pro (8 performance + 2 efficiency cores), GPU Apple M1 Pro with 16 cores, 16 GB, "
        "macOS 14.2.1 (23C71), power: automatic on mains"
    )


def test_a_mac_that_answers_nothing(monkeypatch):
    monkeypatch.setattr(macos, "answer_of", lambda command: None)
    facts = macos.describe_mac()
    facts["cores"]["usable"] = 4
    assert facts["power"] == {"source": None, "mode": None}
    assert machine_line(facts) == "unknown processor (4 cores)"


HYPERTHREADS = "\n".join(
    f"processor\t: {n}\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Xeon(R) CPU @ 2.20GHz\nphysical id\t: 0\n"
    f"core id\t\t: {n // 2}\ncpu cores\t: 2\n"
    for n in range(4)
)
RASPBERRY = "\n".join(
    f"processor\t: {n}\nBogoMIPS\t: 108.00\nFeatures\t: fp asimd evtstrm\nCPU implementer\t: 0x41\n" for n in range(4)
)
MEMINFO = "MemTotal:       32843528 kB\nMemFree:         1234567 kB\nMemAvailable:   20000000 kB\n"
RELEASE = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\n'


def test_a_linux_machine():
    assert linux.chip(HYPERTHREADS) == "Intel(R) Xeon(R) CPU @ 2.20GHz"
    assert linux.physical_cores(HYPERTHREADS) == 2
    assert linux.chip(RASPBERRY) is None
    assert linux.physical_cores(RASPBERRY) == 4
    assert linux.memory(MEMINFO) == 31.3
    assert linux.system_name(RELEASE, "6.1.0-18") == "Debian GNU/Linux 12 (bookworm), Linux 6.1.0-18"
    assert linux.system_name("", "6.1.0-18") == "Linux 6.1.0-18"


@pytest.mark.parametrize(
    ("text", "count"), [("0-7,16\n", 9), ("0\n", 1), ("0-3", 4), ("", None), (None, None), ("a-b", None), ("0-,", None)]
)
def test_a_list_of_processors(text, count):
    assert linux.listed_cores(text) == count


@pytest.mark.parametrize(
    ("text", "name"),
    [("NVIDIA H200\n", "NVIDIA H200"), ("NVIDIA H200\nNVIDIA H200\n", "2 x NVIDIA H200"), ("", None), (None, None)],
)
def test_graphics_of_nvidia(text, name):
    assert linux.graphics(text) == name


@pytest.mark.parametrize(
    ("supplies", "source"),
    [
        ([], None),
        ([("Mains", "1", "")], None),  # a desktop's supply tells nothing
        ([("Mains", "1", ""), ("Battery", "", "Charging")], "mains"),
        ([("Mains", "0", ""), ("Battery", "", "Discharging")], "battery"),
        ([("USB", "1", ""), ("Battery", "", "Not charging")], "mains"),
        ([("Battery", "", "Unknown")], "battery"),
    ],
)
def test_power_source_of_linux(supplies, source):
    assert linux.power_source(supplies) == source


def test_a_linux_machine_whose_files_are_all_missing(monkeypatch):
    monkeypatch.setattr(linux, "text_of", lambda path: None)
    monkeypatch.setattr(linux, "answer_of", lambda command: None)
    facts = linux.describe_linux()
    assert facts["cores"] == {"total": None, "performance": None, "efficiency": None}
    assert facts["gpu"] == {"name": None, "cores": None}
    assert facts["memory_gb"] is None


@given(st.text())
def test_no_answer_makes_a_parser_fail(text):
    """Whatever a program prints: None, or something that JSON can hold."""
    parsers = [macos.sysctl_values, macos.graphics, macos.system_name, macos.power_mode, macos.power_source]
    parsers += [linux.chip, linux.physical_cores, linux.memory, linux.graphics, linux.listed_cores]
    for parse in parsers:
        json.dumps(parse(text))
    json.dumps([linux.system_name(text, text), busy_seconds(text, 100), probe.number_in(text)])


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_nor_does_any_json(value):
    for shape in (value, {"SPDisplaysDataType": value}, {"SPDisplaysDataType": [value]}):
        assert set(macos.graphics(json.dumps(shape))) == {"name", "cores"}


def test_a_program_that_is_missing_fails_or_hangs(monkeypatch):
    monkeypatch.setattr(probe, "PATIENCE", 0.2)
    assert probe.answer_of(["no-such-program-here"]) is None
    assert probe.answer_of(["false"]) is None
    assert probe.answer_of(["sleep", "20"]) is None
    assert probe.answer_of(["echo", "a b"]) == "a b\n"


def test_this_machine_has_a_name():
    facts = describe_machine({"device": "cpu", "backend": "CPU", "name": None})
    assert facts["chip"]
    assert facts["cores"]["usable"] >= 1
    assert facts["memory_gb"] > 0
    assert facts["os"]
    assert facts["chip"] in machine_line(facts)
    json.dumps(facts, allow_nan=False)
    assert versions(["numpy", "no-such-package"]).keys() == {"python", "numpy"}


def test_memory_in_use_follows_what_is_allocated():
    before = resident_mb()
    block = bytearray(b"x") * (64 * 2**20)
    after = resident_mb()
    assert 48 < after - before < 200
    assert len(block) == 64 * 2**20


@given(st.lists(st.floats(0, 100), min_size=2, max_size=20, unique=True), st.floats(-5, 5), st.floats(-100, 100))
def test_the_slope_of_a_straight_line(xs, slope, offset):
    line = Line()
    for x in xs:
        line.add(x, slope * x + offset)
    if max(xs) - min(xs) > 1:
        assert line.slope == pytest.approx(slope, abs=1e-6)


def test_a_slope_needs_two_points():
    line = Line()
    assert line.slope is None
    line.add(1.0, 5.0)
    assert line.slope is None


def test_busy_time_leaves_out_idling_and_waiting():
    text = "cpu  100 20 30 4000 500 6 7 8 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n"
    assert busy_seconds(text, 100) == pytest.approx(1.71)
    assert busy_seconds("cpu0 1 2 3 4 5 6 7 8", 100) is None
    assert busy_seconds("", 100) is None


def test_work_of_a_process_whatever_its_name_is():
    text = "4711 (a) b (c) S 1 1 1 0 -1 4194560 100 0 0 0 250 50 7 9 20 0 1 0 100 1000 200\n"
    assert process_seconds(text, 100) == pytest.approx(3.0)
    assert process_seconds("", 100) is None
    assert process_seconds("4711 (cut short", 100) is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere its work is not known")
@pytest.mark.alone
def test_an_engine_in_a_process_of_its_own_counts_as_well():
    code = "import time; block = bytearray(b'x') * (64 * 2**20); print(1, flush=True)\nwhile True: pass"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as engine:
        try:
            engine.stdout.read(1)
            load, alone = Load(engine.pid), resident_mb()
            begun = time.monotonic()
            while time.monotonic() - begun < 0.7:
                time.sleep(0.05)
            load.look()
        finally:
            engine.kill()
    facts = load.facts()  # it has ended by now: what was seen before stands
    assert facts["memory"]["end_mb"] > alone + 64
    assert facts["load"]["own_cores"] > 0.1


def test_load_of_a_moment_claims_nothing():
    facts = Load().facts()
    assert facts["memory"]["slope_mb_per_minute"] is None
    assert facts["load"]["own_cores"] is facts["load"]["other_cores"] is None
    assert facts["memory"]["begin_mb"] > 0
