"""The card in a real browser, with a made-up Home Assistant around it: quick, and every trouble can be caused."""
