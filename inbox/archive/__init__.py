"""Records that stand: anchored outside the store, verified, erased by law, handed out."""
