"""What is kept: the shop's data, the model files, and how both get in and out."""
