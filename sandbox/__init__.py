"""The stand-ins that the demo and the tests run against; the product never imports them."""
