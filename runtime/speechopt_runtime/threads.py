"""How many threads this process may really use."""

from __future__ import annotations

import math
import os
from pathlib import Path

from .errors import OptionError

MAX_THREADS = 256
_CGROUP = Path("/sys/fs/cgroup")


def usable_threads(requested: int | None = None) -> int:
    """The number of threads to compute with.

    Args:
        requested: A number from 1 to `MAX_THREADS`; when not given, the processors that the affinity
            mask and the cgroup's quota leave to this process.

    Raises:
        OptionError: `requested` is out of range.
    """
    if requested is not None:
        if isinstance(requested, bool) or not 1 <= requested <= MAX_THREADS:
            raise OptionError(f"threads is {requested!r}, allowed: 1 to {MAX_THREADS}")
        return int(requested)
    affinity = getattr(os, "sched_getaffinity", None)
    count = len(affinity(0)) if affinity else os.cpu_count() or 1
    quota = cgroup_quota(_CGROUP)
    if quota is not None:
        count = min(count, max(1, math.ceil(quota)))
    return max(1, min(count, MAX_THREADS))


def cgroup_quota(root: Path) -> float | None:
    """Processors that the cgroup (v2 or v1) mounted at `root` allows, none without a limit."""
    try:
        quota, period = (root / "cpu.max").read_text().split()
    except (OSError, ValueError):
        try:
            quota = (root / "cpu/cpu.cfs_quota_us").read_text()
            period = (root / "cpu/cpu.cfs_period_us").read_text()
        except OSError:
            return None
    try:
        share = float(quota) / float(period)
    except (ValueError, ZeroDivisionError):
        return None
    return share if share > 0 else None
