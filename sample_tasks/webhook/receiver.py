"""The client's web server: confirms its subscription, verifies every message, fails as often as it is told to."""

import base64
import hashlib
import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
ENCRYPTION = bytes.fromhex("06092a864886f70d0101010500")  # rsaEncryption, the public key follows
DIGESTS = {
    "1": (hashlib.sha1, "3021300906052b0e03021a05000414"),
    "2": (hashlib.sha256, "3031300d060960864801650304020105000420"),
}


class Receiver:
    """Messages are in ``received`` once they were accepted; ``log`` tells what came and what was answered."""

    def __init__(self, trusted, failures=0):
        self.trusted, self.failures = trusted, failures
        self.received, self.log = [], []
        self.confirmed, self.arrived = threading.Event(), threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                self.send_response(receiver.take(json.loads(body)))
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, message):
        """The HTTP status that answers a message."""
        status = self._judge(message)
        self.log.append((message["Type"], status))
        return status

    def _judge(self, message):
        if not verified(message, self.trusted):
            return 403
        if message["Type"] == "SubscriptionConfirmation":
            status = httpx.get(message["SubscribeURL"], trust_env=False).status_code
            self.confirmed.set()
            return status
        if message["Type"] != "Notification":
            return 200
        if self.failures > 0:
            self.failures -= 1
            return 500
        self.received.append(message)
        self.arrived.set()
        return 200


def verified(message, trusted):
    """AWS docs, "Verifying the signatures of Amazon SNS messages"; official validators do the same.

    ``trusted`` is where certificates may come from: on AWS ``https://sns.{region}.amazonaws.com/``.
    """
    if not message["SigningCertURL"].startswith(trusted):
        return False
    names = NOTIFICATION if message["Type"] == "Notification" else CONFIRMATION
    text = "".join(f"{name}\n{message[name]}\n" for name in names if name in message)
    modulus, exponent = public_key(httpx.get(message["SigningCertURL"], trust_env=False).text)
    digest, prefix = DIGESTS[message["SignatureVersion"]]
    expected = bytes.fromhex(prefix) + digest(text.encode()).digest()
    signature = int.from_bytes(base64.b64decode(message["Signature"]), "big")
    padded = pow(signature, exponent, modulus).to_bytes(256, "big")
    return padded == b"\x00\x01" + b"\xff" * (253 - len(expected)) + b"\x00" + expected


def public_key(pem):
    """Modulus and exponent out of a certificate with a 2048-bit RSA key."""
    der = ssl.PEM_cert_to_DER_cert(pem)
    at = der.index(ENCRYPTION) + len(ENCRYPTION)
    key = der[at : at + 285]  # BIT STRING, SEQUENCE, INTEGER of 257 bytes, INTEGER of 3
    return int.from_bytes(key[13:270], "big"), int.from_bytes(key[272:275], "big")
