"""What a voice says: text as people hear it, in sentences, with numbers and names as they are said."""
