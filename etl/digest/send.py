"""Sending a message to an address: mail, Teams, Slack and whatever else apprise knows.

Belongs here: the one use of apprise. Does not belong here: what is sent, and whether it was sent
before. An address holds passwords and tokens: it is never printed, only its place in the setting.
"""

import logging
import warnings
from typing import Any

from etl.digest.compose import Message
from etl.errors import RechallengeError, WrongUseError


class NotSentError(RechallengeError):
    """A message could not be delivered to an address; it is tried again."""


def check_address(address: str, setting: str, place: int) -> None:
    """See that an address can be understood.

    Raises:
        WrongUseError: it cannot; the sentence names the setting and the place of the address.
    """
    _service(address, setting, place)


def send(message: Message, address: str, setting: str, place: int) -> None:
    """Send a message to one address.

    Args:
        message: What is sent, as HTML; services without HTML get it as text.
        address: As apprise writes them: `mailto://...`, `msteams://...`, `slack://...`.
        setting: Name of the setting the address stands in.
        place: Its place there, from 1.

    Raises:
        WrongUseError: the address cannot be understood.
        NotSentError: it could not be delivered.
    """
    service = _service(address, setting, place)
    if not service.notify(title=message.title, body=message.html, body_format="html"):
        raise NotSentError(
            f"{setting}, address {place} ({_scheme(address)}): the message was not accepted. Check "
            "the server, its port and the login; it is tried again."
        )


def _service(address: str, setting: str, place: int) -> Any:
    with warnings.catch_warnings():
        # apprise imports all its services at once, some of them by names that Python retires.
        warnings.simplefilter("ignore", DeprecationWarning)
        import apprise  # slow: only when something is sent

        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it would log addresses
        service = apprise.Apprise()
        if not service.add(address):
            raise WrongUseError(
                f"{setting}, address {place} ({_scheme(address)}): this is no address that apprise "
                "understands. Expected one as mailto://user:password@server?to=..., "
                "msteams://... or slack://..., several with a space between."
            )
    return service


def _scheme(address: str) -> str:
    scheme, separator, _ = address.partition("://")
    return f"{scheme}://" if separator and scheme.isalnum() else "without a scheme"
