"""What the actions and live captions do: recordings and live speech in, transcripts out, for who may use them."""
