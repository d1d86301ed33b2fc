"""Lab Streaming Layer that stays on this machine: what its file of settings says."""

# Discovery stays on this machine, and so does what answers it.
LOOPBACK = """
[multicast]
ResolveScope = machine
ListenAddress = 127.0.0.1
[lab]
KnownPeers = {127.0.0.1}
[ports]
IPv6 = disable
[log]
level = -2
"""
