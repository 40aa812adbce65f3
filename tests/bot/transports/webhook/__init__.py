"""Outgoing webhooks against receivers that are as strict as the services."""
