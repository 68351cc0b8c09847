"""The platforms we speak: one module or package each, by the name that begins its ids."""
