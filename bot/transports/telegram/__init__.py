"""Telegram: updates become questions, replies become messages; the only place that imports `telegram`."""
