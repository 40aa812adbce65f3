"""What operators see: questions, commands, replies and the transports that carry them."""
