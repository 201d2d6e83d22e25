"""The binary as an operator starts it, and the messages that it leaves in its folder."""

import email
import email.policy
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time

PATIENCE = 20
PASSWORD = re.compile(r"\b(?:[2-9A-Z]{4}-){3}[2-9A-Z]{4}\b")


def eventually(what, ask):
    """Asks again until there is an answer."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"no {what} after {PATIENCE} s")


class Service:
    """`compte-partenaire dev` on a folder of its own and a free port."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.data = pathlib.Path(self.folder.name) / "dev"
        binary = os.environ["COMPTE_PARTENAIRE"]
        command = [binary, "dev", "--data-dir", str(self.data), "--listen", "127.0.0.1:0"]
        self.log = open(pathlib.Path(self.folder.name) / "log", "w+", encoding="utf-8")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        self.demo = eventually("demo.json", self._demo)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        code = self.process.wait(timeout=PATIENCE)
        self.log.close()
        self.folder.cleanup()
        assert code == 0, f"the service ended with {code}"

    def _demo(self):
        assert self.process.poll() is None, self._told()
        try:
            return json.loads((self.data / "demo.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return None

    def _told(self):
        self.log.seek(0)
        return f"the service ended: {self.log.read()}"

    def mail(self, delivery_id):
        """The text of one e-mail."""
        path = self.data / "outbox" / "mail" / f"{delivery_id}.eml"
        eventually(f"e-mail {delivery_id}", path.exists)
        return _text(path)

    def mails_to(self, address, count):
        """The texts of the e-mails to that address, oldest first, once there are so many."""

        def found():
            mails = sorted((self.data / "outbox" / "mail").glob("*.eml"))
            texts = [_text(path) for path in mails if address in _message(path)["To"]]
            return texts if len(texts) >= count else None

        return eventually(f"{count} e-mails to {address}", found)

    def credentials_to(self, address, count):
        """The texts of the e-mails with a provisional password to that address, likewise."""

        def found():
            texts = [text for text in self.mails_to(address, 1) if PASSWORD.search(text)]
            return texts if len(texts) >= count else None

        return eventually(f"{count} e-mails with credentials to {address}", found)

    def letter(self, user_number):
        """The text of the newest letter that holds that user number, as `pdftotext` reads it."""

        def found():
            letters = sorted((self.data / "outbox" / "letters").glob("*.pdf"), reverse=True)
            for path in letters:
                text = subprocess.check_output(["pdftotext", "-layout", path, "-"], text=True)
                if user_number in text:
                    return text
            return None

        return eventually(f"letter to {user_number}", found)


def _message(path):
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def _text(path):
    return _message(path).get_body(("plain",)).get_content()


def provisional_password(text):
    """The provisional password that a message prints."""
    found = PASSWORD.search(text)
    assert found, "the message holds no provisional password"
    return found.group()
