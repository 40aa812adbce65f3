"""Outgoing webhooks: replies to group bots of other chats, and as JSON to any program."""
