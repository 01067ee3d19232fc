#!/usr/bin/python3
"""LevelDB, through plyvel: each put is acknowledged once it has returned, with sync or without.

    leveldb.py run sync|nosync DIR     leveldb.py serve     (a checker that stays alive: exec --serve)
"""
import sys

import plyvel


def run(sync, directory):
    db = plyvel.DB(directory, create_if_missing=True, write_buffer_size=4096)
    with open(directory + "/.torture/ack", "ab", buffering=0) as acks:
        for i in range(1, 31):
            db.put(b"key%d" % i, b"value%d" % i * 100, sync=sync)
            acks.write(b"key%d\n" % i)
    db.close()


def check(directory, acks):
    wanted = [line.strip() for line in open(acks, "rb")]
    try:
        db = plyvel.DB(directory, create_if_missing=not wanted)
    except plyvel.Error as err:
        return "fail the database cannot be opened: %s" % err
    try:
        for key in wanted:
            if db.get(key) != b"value" + key[3:] + b"value%s" % key[3:] * 99:
                return "fail %s is lost" % key.decode()
    except plyvel.Error as err:
        return "fail %s: %s" % (type(err).__name__, err)
    finally:
        db.close()
    return "ok"


if sys.argv[1] == "run":
    run(sys.argv[2] == "sync", sys.argv[3])
else:
    for line in sys.stdin:
        print(check(*line.rstrip("\n").split("\t")), flush=True)
