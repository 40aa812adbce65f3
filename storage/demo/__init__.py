"""A shop made up for trying things out: `write_demo_shop` in `shop.py`; what is true of it in `truths.py`."""
