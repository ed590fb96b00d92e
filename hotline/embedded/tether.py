"""Become another program that dies with its parent and never runs as root. Run as a script, never imported.

    python -I -S tether.py SIGNAL UID GID PROGRAM [ARGUMENT...]

UID and GID ``-`` mean: stay who you are. PostgreSQL refuses to run as root, so under root it becomes somebody else;
the one capability kept lets it reach its data inside a folder such as /root that only root may enter (nothing is
chmod-ed). On systems other than Linux only the program is started; stale ones are found at the next start.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
_CAPABILITY_VERSION_3 = 0x20080522


def _keep_reading(libc: ctypes.CDLL) -> None:
    """Carry one file capability over the exec: reading where the kernel lets us, else (Docker's default) overriding."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)()
    if libc.capget(header, data) != 0:
        return
    for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        mask = 1 << capability
        if data[1] & mask:
            wanted = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
            libc.capset(header, wanted)
            libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)
            return


def main(arguments: list[str]) -> None:
    """Change the user where asked, tie this process to its parent, and exec."""
    name, uid, gid, *command = arguments
    parent = os.getppid()
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    if uid != "-":
        if libc:
            libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
        if libc:
            _keep_reading(libc)
    if libc:
        libc.prctl(PR_SET_PDEATHSIG, int(getattr(signal, name)), 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked to be told
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606  (no shell is the point)


if __name__ == "__main__":
    main(sys.argv[1:])
