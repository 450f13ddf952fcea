"""What one writes in an afternoon: each line through the patterns, errors hashed and stored. `loop.py PATTERNS raw|json < log`"""

import hashlib
import json
import re
import sqlite3
import sys
import time

with open(sys.argv[1], encoding="utf-8") as file:
    patterns = [re.compile(line.rstrip("\n"), re.IGNORECASE) for line in file]
is_json = sys.argv[2] == "json"
numbers = re.compile(r"\b\d+\b")
hexadecimal = re.compile(r"0x[0-9a-f]+", re.IGNORECASE)

db = sqlite3.connect(sys.argv[3] if len(sys.argv) > 3 else ":memory:", isolation_level=None)
db.execute("PRAGMA journal_mode = WAL")
db.execute("CREATE TABLE events (at REAL, fingerprint TEXT, pattern INTEGER, text TEXT)")
db.execute("CREATE TABLE groups (fingerprint TEXT PRIMARY KEY, count INTEGER)")

pending = []


def flush():
    db.execute("BEGIN")
    db.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", pending)
    db.executemany(
        "INSERT INTO groups VALUES (?, 1) ON CONFLICT (fingerprint) DO UPDATE SET count = count + 1",
        [(row[1],) for row in pending],
    )
    db.execute("COMMIT")
    pending.clear()


for line in sys.stdin:
    text = json.loads(line)["msg"] if is_json else line.rstrip("\n")
    for index, pattern in enumerate(patterns):
        if pattern.search(text):
            canonical = numbers.sub("#", hexadecimal.sub("0x?", text))[:200].lower()
            fingerprint = hashlib.sha1(f"{index}|{canonical}".encode()).hexdigest()[:12]
            pending.append((time.time(), fingerprint, index, text))
            if len(pending) >= 1000:
                flush()
            break
flush()
print(db.execute("SELECT count(*) FROM events").fetchone()[0])
