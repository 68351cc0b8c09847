"""`make bench`: what the product does, measured as ratios in one run on real parts."""
