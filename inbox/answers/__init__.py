"""An answer's text: composed once, signed, sealed. Pure throughout."""
