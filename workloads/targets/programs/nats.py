#!/usr/bin/python3
"""nats-server with JetStream and sync_interval always. Each message is acknowledged once the server has acknowledged it.

    nats.py serve SERVER DIR TMP    nats.py work DIR    nats.py check ACKS
"""
import json
import os
import socket
import sys

MESSAGES = 20


class Client:
    """As much of the protocol as requests and replies need."""

    def __init__(self):
        self.stream = socket.create_connection(("127.0.0.1", 4222), 10).makefile("rwb")
        self.send(b'CONNECT {"verbose":false}\r\nSUB answers 1\r\n')

    def send(self, data):
        self.stream.write(data)
        self.stream.flush()

    def ask(self, subject, body):
        self.send(b"PUB %s answers %d\r\n%s\r\n" % (subject.encode(), len(body), body))
        while True:
            words = self.stream.readline().split()
            if not words:
                sys.exit("the server has closed the connection")
            if words[0] == b"PING":
                self.send(b"PONG\r\n")
            if words[0] == b"MSG":
                answer = json.loads(self.stream.read(int(words[-1])))
                self.stream.readline()
                return answer


def body(i):
    return b"message %d " % i * 60


def serve(server, directory, tmp):
    config = tmp + "/conf"
    with open(config, "w") as f:
        f.write('listen: "127.0.0.1:4222"\njetstream { store_dir: "%s/js", sync_interval: always }\n' % directory)
    os.execv(server, [server, "-c", config])


def work(directory):
    client = Client()
    with open(directory + "/.torture/ack", "ab", buffering=0) as acks:
        stream = {"name": "S", "subjects": ["s"], "storage": "file", "num_replicas": 1}
        answer = client.ask("$JS.API.STREAM.CREATE.S", json.dumps(stream).encode())
        if "error" in answer:
            sys.exit(str(answer))
        acks.write(b"stream\n")
        for i in range(1, MESSAGES + 1):
            if client.ask("s", body(i)).get("seq") != i:
                sys.exit("message %d was not acknowledged" % i)
            acks.write(b"message %d\n" % i)


def check(acks):
    import base64
    acked = len(open(acks).readlines())
    client = Client()
    answer = client.ask("$JS.API.STREAM.INFO.S", b"")
    if "error" in answer:
        return "the stream is lost: " + answer["error"]["description"] if acked else ""
    for i in range(1, MESSAGES + 1):
        answer = client.ask("$JS.API.STREAM.MSG.GET.S", b'{"seq":%d}' % i)
        if "error" in answer:
            if i < acked:
                return "message %d is lost: %s" % (i, answer["error"]["description"])
        elif base64.b64decode(answer["message"].get("data", "")) != body(i):
            return "message %d is damaged" % i
    return ""


if sys.argv[1] == "serve":
    serve(*sys.argv[2:])
elif sys.argv[1] == "work":
    work(sys.argv[2])
else:
    wrong = check(sys.argv[2])
    print(wrong)
    sys.exit(1 if wrong else 0)
