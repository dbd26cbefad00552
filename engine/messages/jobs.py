"""The work of messages in the background; importing this module registers it."""

from engine.messages.sending import send_job

__all__ = ["send_job"]
