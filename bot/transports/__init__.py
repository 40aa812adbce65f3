"""Thin carriers of questions and replies: the terminal here, chat services beside it."""
