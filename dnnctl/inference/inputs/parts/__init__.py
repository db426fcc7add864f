"""What the kinds of input share: decoding, fitting, checking arrays, and finding the right reader."""
