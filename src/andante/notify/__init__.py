"""Ways to people: reminders and SLA notices as mail and as log lines."""

from andante.notify.addresses import AddressBook
from andante.notify.log import LogChannel
from andante.notify.mail import MailChannel
from andante.notify.smtp import SmtpServer, parse_smtp_url

__all__ = ["AddressBook", "LogChannel", "MailChannel", "SmtpServer", "parse_smtp_url"]
