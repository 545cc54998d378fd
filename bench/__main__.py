"""Measure what the product promises, each part beside the machine's own limit in the same run.

``python -m bench`` runs all parts one after the other; ``python -m bench voice`` one of them.
"""

from __future__ import annotations

import subprocess
import sys

PARTS = {
    "database": "free times and bookings a second on PostgreSQL, beside the bare SQL",
    "scheduling": "first free times over ten doctors and sixty days, beside the bare SQL",
    "pages": "every page's server time and queries in a clinic of 50,000 appointments",
    "voice": "voice streams held in real time on one process, beside a bare relay",
    "talk": "end of speech to the first words of the reply, with all that ships",
    "speech_wer": "word error rate and lag of the bundled recogniser",
}


def main() -> int:
    """Run the named parts, or all; the exit status says whether each one ended well."""
    wanted = sys.argv[1:] or list(PARTS)
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are {', '.join(PARTS)}")
        return 2
    failed = 0
    for name in wanted:
        print(f"\n== {name}: {PARTS[name]}", flush=True)
        failed |= subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode
    return failed


if __name__ == "__main__":
    sys.exit(main())
