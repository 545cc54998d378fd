"""Mail over SMTP against a real server: encryption, sign-in, and what each refusal means."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from config import SettingError, load_settings
from medcor.integrations.mailer import (
    Attachment,
    Letter,
    MailFailed,
    SmtpTarget,
    build_message,
    make_mailer,
)
from medcor.services import mail
from medcor.web.mail_ticker import send_due
from medcor.web.transaction import transaction
from tests.smtp_server import PASSWORD, USER, smtp_server

LOGIN = f"{USER}:{quote(PASSWORD, safe='')}@"
ROOT = Path(__file__).resolve().parents[2]


def letter(recipient: str = "anna@x.test", name: str = "Çınar Kliniği"):
    content = Letter(
        "Bir başlık\r\nBcc: all@x.test",
        "Düz metin\n",
        "<p>Düz metin</p>",
        name,
        "front@x.test",
        (Attachment("a.ics", "text/calendar; method=PUBLISH", b"BEGIN\r\n"),),
    )
    return build_message(
        content, "no-reply@m.test", recipient, "<one@m.test>", datetime(2026, 3, 4, tzinfo=UTC)
    )


def send(url: str, message=None) -> None:
    make_mailer(url, Path("unused")).send(message or letter())


def test_a_letter_arrives_whole(tmp_path):
    with smtp_server(tmp_path) as box:
        send(f"smtp://{box.url}")
    (mail_,) = box.mails
    assert mail_["Subject"] == "Bir başlık Bcc: all@x.test" and mail_["Bcc"] is None
    assert mail_["From"].addresses[0].display_name == "Çınar Kliniği"
    assert mail_["Message-ID"] == "<one@m.test>"
    assert mail_.get_body(("plain",)).get_content().strip() == "Düz metin"
    assert mail_.get_body(("html",)).get_content().strip() == "<p>Düz metin</p>"
    (file,) = mail_.iter_attachments()
    assert file.get_filename() == "a.ics" and file.get_param("method") == "PUBLISH"
    assert box.encrypted == [False]


def test_a_password_goes_over_an_encrypted_connection_only(tmp_path):
    with smtp_server(tmp_path, tls=True, auth=True) as box:
        send(f"smtp://{LOGIN}{box.url}?ca_file={tmp_path / 'ca.pem'}")
        with pytest.raises(MailFailed) as untrusted:
            send(f"smtp://{LOGIN}{box.url}")
        with pytest.raises(MailFailed) as wrong:
            send(f"smtp://{USER}:wrong@{box.url}?ca_file={tmp_path / 'ca.pem'}")
    assert box.encrypted == [True]
    assert "CERTIFICATE_VERIFY_FAILED" in untrusted.value.reason
    assert wrong.value.reason.startswith("535") and wrong.value.unreachable
    with smtp_server(tmp_path) as bare, pytest.raises(MailFailed) as unencrypted:
        send(f"smtp://{LOGIN}{bare.url}")
    assert "STARTTLS" in unencrypted.value.reason and not bare.mails


def test_encryption_is_used_where_it_is_offered(tmp_path):
    with smtp_server(tmp_path, tls=True) as box:
        send(f"smtp://{box.url}?ca_file={tmp_path / 'ca.pem'}")
        send(f"smtp://{box.url}?tls=never")
    assert box.encrypted == [True, False]
    with smtp_server(tmp_path) as bare, pytest.raises(MailFailed):
        send(f"smtp://{bare.url}?tls=required")


@pytest.mark.parametrize(
    ("who", "permanent", "code"),
    [("later", False, "451"), ("full", False, "452"), ("gone", True, "550")],
)
def test_a_refused_recipient_is_tried_again_or_not_by_its_code(tmp_path, who, permanent, code):
    with smtp_server(tmp_path) as box, pytest.raises(MailFailed) as refused:
        send(f"smtp://{box.url}", letter(f"{who}@x.test"))
    assert refused.value.permanent is permanent and not refused.value.unreachable
    assert refused.value.reason.startswith(code)


@pytest.mark.parametrize(("answer", "permanent"), [("554 no spam", True), ("451 busy", False)])
def test_a_refused_text_likewise(tmp_path, answer, permanent):
    with smtp_server(tmp_path) as box:
        box.refuse_data = answer
        with pytest.raises(MailFailed) as refused:
            send(f"smtp://{box.url}")
    assert (refused.value.permanent, refused.value.reason) == (permanent, answer)


def test_a_server_that_is_not_there_is_unreachable():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(MailFailed) as failed:
        send(f"smtp://127.0.0.1:{port}")
    assert failed.value.unreachable and not failed.value.permanent


def test_the_outbox_is_settled_by_what_the_server_says(app, world, tmp_path):
    parts = app.extensions["medcor"].parts
    with smtp_server(tmp_path, tls=True, auth=True) as box:
        parts["mailer"] = make_mailer(
            f"smtp://{LOGIN}{box.url}?ca_file={tmp_path / 'ca.pem'}", tmp_path
        )
        with transaction(world.one.id) as session:
            for who in ("anna", "later", "gone", "ben"):
                mail.queue_mail(session, world.one.id, "password_changed", f"{who}@x.test", "en")
        try:
            assert send_due() == Counter(sent=2, postponed=1, failed=1)
        finally:
            parts.pop("mailer")
    assert [each["To"] for each in box.mails] == ["anna@x.test", "ben@x.test"]
    assert box.encrypted == [True, True]


GREEN = """
import json, sys, time
from medcor import runtime
runtime.patch("eventlet")
import threading
from datetime import UTC, datetime
from pathlib import Path
from medcor.integrations.mailer import Letter, build_message, make_mailer
ticks, over = [], threading.Event()
def tick():
    while not over.is_set():
        ticks.append(time.monotonic())
        runtime.sleep(0.005)
ticker = runtime.spawn(tick)
message = build_message(Letter("s", "t", "<p>t</p>", "n"), "a@m.test", "b@x.test", "<1@m>",
                        datetime.now(UTC))
mailer = make_mailer(sys.argv[1], Path("unused"))
for _ in range(3):
    mailer.send(message)
over.set()
ticker.join(5)
print(json.dumps({"mode": runtime.mode(), "ticks": len(ticks)}))
"""


def test_sending_works_and_yields_under_the_green_runtime(tmp_path):
    with smtp_server(tmp_path, tls=True, auth=True) as box:
        url = f"smtp://{LOGIN}{box.url}?ca_file={tmp_path / 'ca.pem'}"
        done = subprocess.run(
            [sys.executable, "-c", GREEN, url],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=False,
        )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["mode"] == "eventlet" and told["ticks"] >= 3
    assert box.encrypted == [True] * 3


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("smtp://relay", SmtpTarget("relay", 25)),
        ("smtp://u:p%40@relay", SmtpTarget("relay", 587, "u", "p@", tls="required")),
        ("smtps://u:p@relay", SmtpTarget("relay", 465, "u", "p", True, "required")),
        ("smtp://u:p@relay:26?tls=never", SmtpTarget("relay", 26, "u", "p", tls="never")),
    ],
)
def test_an_address_says_how_to_connect(url, target):
    assert SmtpTarget.parse(url) == target


@pytest.mark.parametrize("url", ["smtp://", "smtp://h?tls=maybe", "smtp://h?x=1", "smtp://h:99999"])
def test_a_wrong_address_stops_the_start_with_a_sentence(tmp_path, url):
    with pytest.raises(SettingError, match=r"Medcor can't start: SMTP_URL: .+\.$"):
        load_settings(_env_file=None, medcor_env="testing", medcor_instance=tmp_path, smtp_url=url)
