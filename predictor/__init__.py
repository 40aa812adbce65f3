"""What is computed: features, labels, models and what they promise."""
