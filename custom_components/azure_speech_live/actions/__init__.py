"""What the actions do: recordings and live speech in, transcripts out, for who may use them."""
